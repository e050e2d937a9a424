// Ticks at round numbers; curves as one cairo path.
#include "analysis/figures/axes.h"

#include <cairo/cairo.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/check.h"

namespace awd {
namespace {

constexpr double kTickLength = 4, kTickGap = 7;  // pixels

}  // namespace

double round_step(double length, int most) {
  AWD_CHECK(length > 0 && most >= 1, "length {} most {}", length, most);
  const double rough = length / most;
  const double power = std::pow(10.0, std::floor(std::log10(rough)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (factor * power >= rough * (1 - 1e-9)) return factor * power;
  }
  return 10 * power;
}

std::vector<double> ticks_of(double low, double high, double step) {
  std::vector<double> ticks;  // + 0.0 below: no tick at "-0"
  const double slack = 1e-9 * step;
  for (double k = std::ceil((low - slack) / step); k * step <= high + slack; ++k) ticks.push_back(k * step + 0.0);
  return ticks;
}

std::string tick_text(double value, double step) {
  const int decimals = std::max(0, -int(std::floor(std::log10(step) + 1e-9)));
  return fmt::format("{:.{}f}", value, decimals);
}

void draw_curve(Canvas& canvas, std::span<const PlotPoint> points, double width, double dash) {
  cairo_t* context = canvas.context();
  cairo_save(context);
  cairo_set_line_width(context, width);
  cairo_set_line_join(context, CAIRO_LINE_JOIN_ROUND);
  if (dash > 0) cairo_set_dash(context, &dash, 1, 0);
  bool is_open = false;
  for (const PlotPoint& point : points) {
    const bool is_there = std::isfinite(point.x) && std::isfinite(point.y);
    if (is_there && is_open) cairo_line_to(context, point.x, point.y);
    if (is_there && !is_open) cairo_move_to(context, point.x, point.y);
    is_open = is_there;
  }
  cairo_stroke(context);
  cairo_restore(context);
}

void fill_area(Canvas& canvas, std::span<const PlotPoint> corners) {
  cairo_new_path(canvas.context());
  for (const PlotPoint& corner : corners) cairo_line_to(canvas.context(), corner.x, corner.y);
  cairo_close_path(canvas.context());
  cairo_fill(canvas.context());
}

void draw_y_axis(Canvas& canvas, const Rectangle& plot, const Scale& y, int most_ticks) {
  const double step = round_step(y.high - y.low, most_ticks);
  for (const double tick : ticks_of(y.low, y.high, step)) {
    canvas.set(kInk, 0.12);
    canvas.line(plot.x, y.at(tick), plot.x + plot.width, y.at(tick), 1);
    canvas.set(kInk);
    canvas.text(plot.x - kTickGap, y.at(tick) + 4, tick_text(tick, step), 1);
  }
}

void draw_x_axis(Canvas& canvas, const Rectangle& plot, const Scale& x, int most_ticks) {
  const double bottom = plot.y + plot.height;
  const double step = round_step(x.high - x.low, most_ticks);
  for (const double tick : ticks_of(x.low, x.high, step)) {
    canvas.set(kInk);
    canvas.line(x.at(tick), bottom, x.at(tick), bottom + kTickLength, 1);
    canvas.text(x.at(tick), bottom + kTickLength + 14, tick_text(tick, step), 0.5);
  }
}

}  // namespace awd
