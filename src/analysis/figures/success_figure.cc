// Draws success over full queries per step (logarithmic) with cairo: points with 95 % intervals, labels off each other,
// the fixed horizons joined by a line, which is what a gate has to beat.
#include "analysis/figures/success_figure.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analysis/figures/canvas.h"
#include "analysis/figures/label_placement.h"

namespace awd {
namespace {

constexpr double kWidth = 960, kHeight = 600;  // pixels
constexpr Rectangle kPlot{76, 56, kWidth - 76 - 28, kHeight - 56 - 70};
constexpr double kTextSize = 13, kTitleSize = 17;
constexpr double kRadius = 4.5;  // of a point
constexpr double kTicks[] = {0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1};

/// From numbers to pixels.
class Axes {
 public:
  explicit Axes(const SuccessFigure& figure) {
    double fewest = 0.2, worst = 1;
    for (const auto& point : figure.points) {
      fewest = std::min(fewest, point.queries_per_step);
      worst = std::min(worst, point.ci95.low);
    }
    left_ = kTicks[0];
    for (const double tick : kTicks) {
      if (tick <= 0.9 * fewest) left_ = tick;
    }
    bottom_percent_ = std::clamp(int(std::floor(5 * worst)) * 20, 0, 60);
  }

  double x(double queries) const {
    const double share = std::log(std::max(queries, left_) / left_) / std::log(1.12 / left_);
    return kPlot.x + share * kPlot.width;
  }
  double y(double rate) const {
    const double bottom = bottom_percent_ / 100.0;
    const double margin = 0.03 * (1 - bottom);  // so that points at either end are whole
    return kPlot.y + (1 + margin - rate) / (1 + 2 * margin - bottom) * kPlot.height;
  }
  double left() const { return left_; }
  int bottom_percent() const { return bottom_percent_; }

 private:
  double left_ = 0.01;      // of the x axis
  int bottom_percent_ = 0;  // of the y axis
};

void draw_axes(Canvas& canvas, const Axes& axes, const std::string& title) {
  canvas.font(kTextSize);
  for (int percent = axes.bottom_percent(); percent <= 100; percent += axes.bottom_percent() > 0 ? 10 : 20) {
    const double y = axes.y(percent / 100.0);
    canvas.set(kGridLine);
    canvas.line(kPlot.x, y, kPlot.x + kPlot.width, y, 1);
    canvas.set(kInk);
    canvas.text(kPlot.x - 8, y + 4.5, fmt::format("{} %", percent), 1);
  }
  for (const double tick : kTicks) {
    if (tick < axes.left()) continue;
    canvas.set(kGridLine);
    canvas.line(axes.x(tick), kPlot.y, axes.x(tick), kPlot.y + kPlot.height, 1);
    canvas.set(kInk);
    canvas.text(axes.x(tick), kPlot.y + kPlot.height + 20, fmt::format("{:g}", tick), 0.5);
  }
  canvas.text(kPlot.x + kPlot.width / 2, kHeight - 22, "full queries per control step (fewer to the left)", 0.5);
  canvas.text(kPlot.x, kPlot.y - 10, "success");
  canvas.font(kTitleSize, true);
  canvas.text(kPlot.x, 24, title);
}

/// The line through the fixed horizons; returns what it covers, as small boxes.
std::vector<Rectangle> draw_fixed_line(Canvas& canvas, const Axes& axes, const SuccessFigure& figure) {
  constexpr int kBoxes = 24;  // per segment
  std::vector<SuccessFigure::Point> fixed;
  std::ranges::copy_if(figure.points, std::back_inserter(fixed), &SuccessFigure::Point::is_fixed);
  std::ranges::sort(fixed, {}, &SuccessFigure::Point::queries_per_step);
  std::vector<Rectangle> covered;
  canvas.set(kControlColour, 0.45);
  for (std::size_t i = 1; i < fixed.size(); ++i) {
    const double x0 = axes.x(fixed[i - 1].queries_per_step), y0 = axes.y(fixed[i - 1].success_rate);
    const double x1 = axes.x(fixed[i].queries_per_step), y1 = axes.y(fixed[i].success_rate);
    canvas.line(x0, y0, x1, y1, 1.5);
    for (int k = 0; k < kBoxes; ++k) {
      const double share = (k + 0.5) / kBoxes;
      covered.push_back({x0 + share * (x1 - x0) - 1, y0 + share * (y1 - y0) - 1, 2, 2});
    }
  }
  return covered;
}

/// Draws points and error bars; adds the places of the bars to `covered`.
void draw_points(Canvas& canvas, const Axes& axes, const SuccessFigure& figure, std::vector<Rectangle>& covered) {
  for (const SuccessFigure::Point& point : figure.points) {
    const double x = axes.x(point.queries_per_step);
    const double top = axes.y(point.ci95.high), bottom = axes.y(point.ci95.low);
    canvas.set(point.is_control ? kControlColour : kGateColour, 0.8);
    canvas.line(x, top, x, bottom, 1.3);
    canvas.line(x - 3, top, x + 3, top, 1.3);
    canvas.line(x - 3, bottom, x + 3, bottom, 1.3);
    canvas.disc(x, axes.y(point.success_rate), kRadius);
    covered.push_back({x - 2, top, 4, bottom - top});
  }
}

void draw_labels(Canvas& canvas, const Axes& axes, const SuccessFigure& figure, std::vector<Rectangle> covered) {
  canvas.font(kTextSize);
  std::vector<LabelWish> wishes;
  for (const SuccessFigure::Point& point : figure.points) {
    wishes.push_back({axes.x(point.queries_per_step), axes.y(point.success_rate), canvas.text_width(point.label) + 4,
                      kTextSize + 2});
  }
  const std::vector<PlacedLabel> labels = place_labels(wishes, kPlot, std::move(covered));
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const Rectangle& box = labels[i].box;
    canvas.set(figure.points[i].is_control ? kControlColour : kGateColour);
    if (labels[i].is_far) {
      canvas.set(figure.points[i].is_control ? kControlColour : kGateColour, 0.5);
      canvas.line(wishes[i].x, wishes[i].y, std::clamp(wishes[i].x, box.x, box.x + box.width),
                  std::clamp(wishes[i].y, box.y, box.y + box.height), 0.8);
      canvas.set(figure.points[i].is_control ? kControlColour : kGateColour);
    }
    canvas.text(box.x + 2, box.y + kTextSize - 1, figure.points[i].label);
  }
}

void draw(Canvas& canvas, const SuccessFigure& figure) {
  const Axes axes(figure);
  draw_axes(canvas, axes, figure.title);
  std::vector<Rectangle> covered = draw_fixed_line(canvas, axes, figure);
  draw_points(canvas, axes, figure, covered);
  draw_labels(canvas, axes, figure, std::move(covered));
}

/// Arms with many options are cut: the whole name is in results.json.
std::string short_label(const std::string& name) {
  constexpr std::size_t kLongest = 44;
  return name.size() <= kLongest ? name : name.substr(0, kLongest - 2) + "..";
}

bool is_control(const ArmSummary& arm) {
  const std::string& gate = arm.arm.gate;
  return gate == "always" || gate == "never" || gate == "period" || gate == "random" || gate == "oracle";
}

}  // namespace

std::vector<std::pair<std::string, SuccessFigure>> success_figures(std::span<const ArmSummary> arms) {
  std::vector<std::pair<std::string, SuccessFigure>> figures;
  for (const ArmSummary& arm : arms) {
    if (arm.episodes == 0) continue;
    const std::string& scenario = arm.arm.scenario;
    if (figures.empty() || figures.back().first != scenario) {
      figures.emplace_back(scenario, SuccessFigure{});
      const std::string name = scenario.substr(0, scenario.find('{'));  // with its parameters it would not fit
      figures.back().second.title = fmt::format("{}: {} episodes per arm, 95 % intervals", name, arm.episodes);
    }
    const bool is_plain = arm.arm.mode == "aligned" && (arm.arm.gate == "never" || arm.arm.gate == "always");
    figures.back().second.points.push_back({.label = short_label(arm.arm.name),
                                            .queries_per_step = arm.full_queries_per_step,
                                            .success_rate = arm.success_rate,
                                            .ci95 = arm.ci95,
                                            .is_control = is_control(arm),
                                            .is_fixed = is_plain});
  }
  return figures;
}

void write_success_figure(const std::filesystem::path& file, const SuccessFigure& figure) {
  write_drawing(file, kWidth, kHeight, [&figure](Canvas& canvas) { draw(canvas, figure); });
}

}  // namespace awd
