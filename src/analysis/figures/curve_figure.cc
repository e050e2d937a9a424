// Three panels over one time axis, a legend above them.
#include "analysis/figures/curve_figure.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "analysis/drift/drift_summary.h"
#include "analysis/figures/axes.h"
#include "analysis/figures/canvas.h"
#include "analysis/figures/palette.h"

namespace awd {
namespace {

constexpr double kWidth = 1200, kPanelHeight = 180, kPanelGap = 34;   // pixels
constexpr double kLeft = 78, kRight = 148, kTop = 112, kBottom = 52;  // margins
constexpr double kHeight = kTop + 3 * kPanelHeight + 2 * kPanelGap + kBottom;
constexpr double kTextSize = 12.5, kTitleSize = 16;
constexpr double kKeyBar = 5, kAnchorTick = 6;
constexpr Colour kFrameColour = kSeriesColours[1], kAnchorColour = kSeriesColours[0], kKeyColour = kSeriesColours[3];
constexpr std::array<Colour, 2> kThresholdColours{kSeriesColours[0], kFaintInk};

struct Panel {
  DriftKind kind;
  std::string title;
  Rectangle plot;
};

std::vector<Panel> panels() {
  const auto plot = [](int i) {
    return Rectangle{kLeft, kTop + i * (kPanelHeight + kPanelGap), kWidth - kLeft - kRight, kPanelHeight};
  };
  return {{DriftKind::kState, "state drift (units of the state)", plot(0)},
          {DriftKind::kRaw, "raw drift (sum over the cells)", plot(1)},
          {DriftKind::kWeighted, "weighted drift (each cell times its importance)", plot(2)}};
}

double threshold_of(const CurveFigure::Threshold& threshold, DriftKind kind) {
  if (kind == DriftKind::kState) return threshold.state;
  return kind == DriftKind::kWeighted ? threshold.drift : double(kNoDrift);
}

double top_of(const CurveFigure& figure, DriftKind kind) {
  double top = 0;
  for (const DriftRow& row : figure.rows) {
    for (const auto convention : {DriftConvention::kFrameToFrame, DriftConvention::kAnchor}) {
      const double value = DriftSignal{convention, kind, -1}.of(row);
      if (std::isfinite(value)) top = std::max(top, value);
    }
  }
  // A threshold is worth seeing unless it would press the curves down.
  const double curves = top;
  for (const auto& threshold : figure.thresholds) {
    const double value = threshold_of(threshold, kind);
    if (std::isfinite(value) && value < 2 * curves) top = std::max(top, value);
  }
  return top > 0 ? 1.08 * top : 1;
}

/// Calls `visit(first, end)` for every run of rows for which `key` is the same.
template <class Key, class Visit>
void for_runs(std::span<const DriftRow> rows, Key&& key, Visit&& visit) {
  for (std::size_t first = 0; first < rows.size();) {
    std::size_t end = first + 1;
    while (end < rows.size() && key(rows[end]) == key(rows[first])) ++end;
    visit(first, end);
    first = end;
  }
}

void draw_background(Canvas& canvas, const CurveFigure& figure, const Panel& panel, const Scale& x) {
  const Rectangle& plot = panel.plot;
  const auto at = [&](std::size_t i) { return x.at(double(i) / figure.fps); };  // where frame i begins
  for_runs(
      figure.rows, [](const DriftRow& row) { return row.phase; },
      [&](std::size_t first, std::size_t end) {
        canvas.set(phase_tint(figure.rows[first].phase));
        canvas.fill({at(first), plot.y, at(end) - at(first), plot.height});
      });
  canvas.set(kKeyColour);
  for_runs(
      figure.rows, [](const DriftRow& row) { return row.is_key; },
      [&](std::size_t first, std::size_t end) {
        if (figure.rows[first].is_key) canvas.fill({at(first), plot.y + plot.height, at(end) - at(first), kKeyBar});
      });
  canvas.set(kInk);
  for (std::size_t i = 0; i < figure.rows.size(); ++i) {
    const double middle = x.at((double(i) + 0.5) / figure.fps);  // where the curves have the frame
    if (figure.rows[i].is_anchor) canvas.line(middle, plot.y - kAnchorTick, middle, plot.y, 1);
  }
}

/// Dashed lines with their names to the right of the plot, the names off each other.
void draw_thresholds(Canvas& canvas, const CurveFigure& figure, const Panel& panel, const Scale& y) {
  constexpr double kLine = 14;  // pixels between two names
  const double right = panel.plot.x + panel.plot.width;
  double taken = -kLine;  // base line of the name before
  for (std::size_t i = 0; i < figure.thresholds.size(); ++i) {
    const CurveFigure::Threshold& threshold = figure.thresholds[i];
    const double value = threshold_of(threshold, panel.kind);
    if (!std::isfinite(value)) continue;
    const bool is_inside = value <= y.high;
    double base = (is_inside ? y.at(value) : panel.plot.y) + 4;
    if (i > 0 && std::abs(base - taken) < kLine) base = taken + (base <= taken ? -kLine : kLine);
    taken = base;
    canvas.set(kThresholdColours[i]);
    canvas.text(right + 6, base, fmt::format("{} {:.3g}{}", threshold.label, value, is_inside ? "" : " (above)"));
    if (!is_inside) continue;
    const std::array<PlotPoint, 2> line{{{panel.plot.x, y.at(value)}, {right, y.at(value)}}};
    draw_curve(canvas, line, 1.4, 6);
  }
}

void draw_line(Canvas& canvas, const CurveFigure& figure, const Panel& panel, DriftConvention convention,
               const Scale& x, const Scale& y) {
  const DriftSignal signal{convention, panel.kind, -1};
  std::vector<PlotPoint> points;
  for (std::size_t i = 0; i < figure.rows.size(); ++i) {
    points.push_back({x.at((double(i) + 0.5) / figure.fps), y.at(signal.of(figure.rows[i]))});
  }
  canvas.set(convention == DriftConvention::kAnchor ? kAnchorColour : kFrameColour);
  draw_curve(canvas, points, 1.8);
}

void draw_panel(Canvas& canvas, const CurveFigure& figure, const Panel& panel, const Scale& x) {
  const Rectangle& plot = panel.plot;
  const Scale y{0, top_of(figure, panel.kind), plot.y + plot.height, plot.y};
  canvas.font(kTextSize);
  draw_background(canvas, figure, panel, x);
  draw_y_axis(canvas, plot, y, 5);
  draw_thresholds(canvas, figure, panel, y);
  draw_line(canvas, figure, panel, DriftConvention::kAnchor, x, y);
  draw_line(canvas, figure, panel, DriftConvention::kFrameToFrame, x, y);
  canvas.set(kInk);
  canvas.text(plot.x, plot.y - 11, panel.title);
}

/// Swatches with words, left to right.
class Legend {
 public:
  Legend(Canvas& canvas, double x, double y) : canvas_(canvas), x_(x), y_(y) {}
  void line(const Colour& colour, const std::string& words) {
    canvas_.set(colour);
    canvas_.line(x_, y_ - 4, x_ + 24, y_ - 4, 2.4);
    say(30, words);
  }
  void dashes(const std::string& words) {
    canvas_.set(kFaintInk);
    const std::array<PlotPoint, 2> line{{{x_, y_ - 4}, {x_ + 24, y_ - 4}}};
    draw_curve(canvas_, line, 1.4, 6);
    say(30, words);
  }
  void box(const Colour& colour, const std::string& words, double height) {
    canvas_.set(colour);
    canvas_.fill({x_, y_ - 4 - height / 2, 18, height});
    say(23, words);
  }
  void tick(const std::string& words) {
    canvas_.set(kInk);
    canvas_.line(x_ + 4, y_ - 4 - kAnchorTick, x_ + 4, y_ - 2, 1);
    say(10, words);
  }

 private:
  void say(double indent, const std::string& words) {
    canvas_.set(kInk);
    canvas_.text(x_ + indent, y_, words);
    x_ += indent + canvas_.text_width(words) + 22;
  }
  Canvas& canvas_;
  double x_, y_;
};

void draw_header(Canvas& canvas, const CurveFigure& figure) {
  canvas.font(kTitleSize, true);
  canvas.text(kLeft, 28, canvas.fitted(figure.title, kWidth - kLeft - 20));
  canvas.font(kTextSize);
  Legend curves(canvas, kLeft, 54);
  curves.line(kAnchorColour, "against the anchor");
  curves.line(kFrameColour, "frame to frame");
  curves.tick("anchor");
  curves.dashes("threshold");
  curves.box(kKeyColour, "key action (gripper switches)", kKeyBar);
  Legend phases(canvas, kLeft, 76);
  for (const std::string& phase : phases_of(figure.rows)) phases.box(phase_tint(phase), phase, 12);
}

void draw(Canvas& canvas, const CurveFigure& figure) {
  const double seconds = std::max(double(figure.rows.size()), 1.0) / figure.fps;
  const Scale x{0, seconds, kLeft, kWidth - kRight};
  draw_header(canvas, figure);
  for (const Panel& panel : panels()) draw_panel(canvas, figure, panel, x);
  const Rectangle last = panels().back().plot;
  canvas.font(kTextSize);
  draw_x_axis(canvas, {last.x, last.y, last.width, last.height + kKeyBar}, x, 12);
  canvas.text(last.x + last.width / 2, kHeight - 10, "time, s", 0.5);
}

}  // namespace

void write_curve_figure(const std::filesystem::path& file, const CurveFigure& figure) {
  write_drawing(file, kWidth, kHeight, [&figure](Canvas& canvas) { draw(canvas, figure); });
}

}  // namespace awd
