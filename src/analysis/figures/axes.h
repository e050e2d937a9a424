// What diagrams with linear axes share: the way from numbers to pixels, round ticks, and lines through many points.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "analysis/figures/canvas.h"

namespace awd {

/// Numbers low .. high lie on pixels first .. last (first > last: upwards). high > low.
struct Scale {
  double low = 0, high = 1;
  double first = 0, last = 1;
  double at(double value) const { return first + (value - low) / (high - low) * (last - first); }
};

/// Distance of round ticks (1, 2 or 5 times a power of ten) of which at most `most` lie in a range of that length > 0.
double round_step(double length, int most);

/// The multiples of `step` in low .. high.
std::vector<double> ticks_of(double low, double high, double step);

/// A tick's number with as many decimals as `step` needs.
std::string tick_text(double value, double step);

struct PlotPoint {
  double x = 0, y = 0;  // pixels
};

/// Joins the points; a point that is not finite interrupts the line. `dash`: length of dashes and gaps, 0: none.
void draw_curve(Canvas& canvas, std::span<const PlotPoint> points, double width, double dash = 0);

/// Fills the polygon with these corners.
void fill_area(Canvas& canvas, std::span<const PlotPoint> corners);

/// Horizontal grid lines with numbers to the left of `plot`.
void draw_y_axis(Canvas& canvas, const Rectangle& plot, const Scale& y, int most_ticks);

/// Ticks and numbers below `plot`.
void draw_x_axis(Canvas& canvas, const Rectangle& plot, const Scale& x, int most_ticks);

}  // namespace awd
