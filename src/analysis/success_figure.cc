// Draws success over full queries per step (logarithmic) with cairo: points with 95 % intervals, labels off each other,
// the fixed horizons joined by a line, which is what a gate has to beat.
#include "analysis/success_figure.h"

#include <cairo/cairo-svg.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "analysis/label_placement.h"
#include "awd/error.h"
#include "io/cairo_image.h"

namespace awd {
namespace {

constexpr double kWidth = 960, kHeight = 600;  // pixels
constexpr Rectangle kPlot{76, 56, kWidth - 76 - 28, kHeight - 56 - 70};
constexpr double kTextSize = 13, kTitleSize = 17;
constexpr double kRadius = 4.5;  // of a point
constexpr double kTicks[] = {0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1};

struct Colour {
  double r, g, b;
};
constexpr Colour kInk{0.13, 0.14, 0.16}, kGrid{0.88, 0.89, 0.91}, kControl{0.38, 0.42, 0.48}, kGate{0.85, 0.37, 0.01};

/// A drawing surface with the plot's axes.
class Plot {
 public:
  Plot(cairo_t* context, const SuccessFigure& figure) : context_(context) {
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

  void set(const Colour& colour, double alpha = 1) {
    cairo_set_source_rgba(context_, colour.r, colour.g, colour.b, alpha);
  }
  void line(double x0, double y0, double x1, double y1, double width) {
    cairo_set_line_width(context_, width);
    cairo_move_to(context_, x0, y0);
    cairo_line_to(context_, x1, y1);
    cairo_stroke(context_);
  }
  void disc(double x, double y, double radius) {
    cairo_arc(context_, x, y, radius, 0, 2 * std::numbers::pi);
    cairo_fill(context_);
  }
  void font(double size, bool is_bold = false) {
    cairo_select_font_face(context_, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL,
                           is_bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
    cairo_set_font_size(context_, size);
  }
  double text_width(const std::string& text) {
    cairo_text_extents_t extents;
    cairo_text_extents(context_, text.c_str(), &extents);
    return extents.x_advance;
  }
  /// `align`: 0 begins at x, 0.5 is centred, 1 ends there; y is the base line.
  void text(double x, double y, const std::string& text, double align = 0) {
    cairo_move_to(context_, x - align * text_width(text), y);
    cairo_show_text(context_, text.c_str());
  }
  cairo_t* context() { return context_; }

 private:
  cairo_t* context_;
  double left_ = 0.01;      // of the x axis
  int bottom_percent_ = 0;  // of the y axis
};

void draw_axes(Plot& plot, const std::string& title) {
  plot.set({1, 1, 1});
  cairo_paint(plot.context());
  plot.font(kTextSize);
  for (int percent = plot.bottom_percent(); percent <= 100; percent += plot.bottom_percent() > 0 ? 10 : 20) {
    const double y = plot.y(percent / 100.0);
    plot.set(kGrid);
    plot.line(kPlot.x, y, kPlot.x + kPlot.width, y, 1);
    plot.set(kInk);
    plot.text(kPlot.x - 8, y + 4.5, fmt::format("{} %", percent), 1);
  }
  for (const double tick : kTicks) {
    if (tick < plot.left()) continue;
    plot.set(kGrid);
    plot.line(plot.x(tick), kPlot.y, plot.x(tick), kPlot.y + kPlot.height, 1);
    plot.set(kInk);
    plot.text(plot.x(tick), kPlot.y + kPlot.height + 20, fmt::format("{:g}", tick), 0.5);
  }
  plot.text(kPlot.x + kPlot.width / 2, kHeight - 22, "full queries per control step (fewer to the left)", 0.5);
  plot.text(kPlot.x, kPlot.y - 10, "success");
  plot.font(kTitleSize, true);
  plot.text(kPlot.x, 24, title);
}

/// The line through the fixed horizons; returns what it covers, as small boxes.
std::vector<Rectangle> draw_fixed_line(Plot& plot, const SuccessFigure& figure) {
  constexpr int kBoxes = 24;  // per segment
  std::vector<SuccessFigure::Point> fixed;
  std::ranges::copy_if(figure.points, std::back_inserter(fixed), &SuccessFigure::Point::is_fixed);
  std::ranges::sort(fixed, {}, &SuccessFigure::Point::queries_per_step);
  std::vector<Rectangle> covered;
  plot.set(kControl, 0.45);
  for (std::size_t i = 1; i < fixed.size(); ++i) {
    const double x0 = plot.x(fixed[i - 1].queries_per_step), y0 = plot.y(fixed[i - 1].success_rate);
    const double x1 = plot.x(fixed[i].queries_per_step), y1 = plot.y(fixed[i].success_rate);
    plot.line(x0, y0, x1, y1, 1.5);
    for (int k = 0; k < kBoxes; ++k) {
      const double share = (k + 0.5) / kBoxes;
      covered.push_back({x0 + share * (x1 - x0) - 1, y0 + share * (y1 - y0) - 1, 2, 2});
    }
  }
  return covered;
}

/// Draws points and error bars; adds the places of the bars to `covered`.
void draw_points(Plot& plot, const SuccessFigure& figure, std::vector<Rectangle>& covered) {
  for (const SuccessFigure::Point& point : figure.points) {
    const double x = plot.x(point.queries_per_step);
    const double top = plot.y(point.ci95.high), bottom = plot.y(point.ci95.low);
    plot.set(point.is_control ? kControl : kGate, 0.8);
    plot.line(x, top, x, bottom, 1.3);
    plot.line(x - 3, top, x + 3, top, 1.3);
    plot.line(x - 3, bottom, x + 3, bottom, 1.3);
    plot.disc(x, plot.y(point.success_rate), kRadius);
    covered.push_back({x - 2, top, 4, bottom - top});
  }
}

void draw_labels(Plot& plot, const SuccessFigure& figure, std::vector<Rectangle> covered) {
  plot.font(kTextSize);
  std::vector<LabelWish> wishes;
  for (const SuccessFigure::Point& point : figure.points) {
    wishes.push_back(
        {plot.x(point.queries_per_step), plot.y(point.success_rate), plot.text_width(point.label) + 4, kTextSize + 2});
  }
  const std::vector<PlacedLabel> labels = place_labels(wishes, kPlot, std::move(covered));
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const Rectangle& box = labels[i].box;
    plot.set(figure.points[i].is_control ? kControl : kGate);
    if (labels[i].is_far) {
      plot.set(figure.points[i].is_control ? kControl : kGate, 0.5);
      plot.line(wishes[i].x, wishes[i].y, std::clamp(wishes[i].x, box.x, box.x + box.width),
                std::clamp(wishes[i].y, box.y, box.y + box.height), 0.8);
      plot.set(figure.points[i].is_control ? kControl : kGate);
    }
    plot.text(box.x + 2, box.y + kTextSize - 1, figure.points[i].label);
  }
}

void draw(cairo_t* context, const SuccessFigure& figure) {
  Plot plot(context, figure);
  draw_axes(plot, figure.title);
  std::vector<Rectangle> covered = draw_fixed_line(plot, figure);
  draw_points(plot, figure, covered);
  draw_labels(plot, figure, std::move(covered));
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
  const bool is_svg = file.extension() == ".svg";
  const CairoSurface surface(is_svg ? cairo_svg_surface_create(file.c_str(), kWidth, kHeight)
                                    : cairo_image_surface_create(CAIRO_FORMAT_RGB24, int(kWidth), int(kHeight)));
  {
    const CairoContext context(cairo_create(surface.get()));
    draw(context.get(), figure);
  }
  cairo_status_t status = CAIRO_STATUS_SUCCESS;
  if (is_svg) {
    cairo_surface_finish(surface.get());
    status = cairo_surface_status(surface.get());
  } else {
    status = cairo_surface_write_to_png(surface.get(), file.c_str());
  }
  if (status != CAIRO_STATUS_SUCCESS) {
    throw Error(file.string(),
                fmt::format("expected to write this figure, got \"{}\"", cairo_status_to_string(status)));
  }
}

}  // namespace awd
