// Overlays are computed pixel by pixel; lines and bars are drawn by cairo.
#include "analysis/figures/heat_overlay.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "base/check.h"
#include "io/cairo_image.h"

namespace awd {
namespace {

constexpr double kColdOpacity = 0.35, kHotOpacity = 0.8;  // cold places stay readable, hot ones show their colour
constexpr double kDim = 0.8;                              // of the grey picture below

double grey_at(const ImageView& picture, double x, double y) {
  const int col = std::min(int(x * picture.width), picture.width - 1);
  const int row = std::min(int(y * picture.height), picture.height - 1);
  const std::uint8_t* pixel = picture.data + 3 * (std::size_t(row) * std::size_t(picture.width) + std::size_t(col));
  return 0.299 * pixel[0] + 0.587 * pixel[1] + 0.114 * pixel[2];
}

}  // namespace

double sample(const HeatMap& heat, double x, double y) {
  const auto split = [side = heat.side](double place) {
    const double centre = std::clamp(place * side - 0.5, 0.0, side - 1.0);
    const int low = std::min(int(centre), std::max(side - 2, 0));
    return std::pair(low, centre - low);
  };
  const auto [col, right] = split(x);
  const auto [row, down] = split(y);
  const auto at = [&heat](int r, int c) {
    const auto last = std::size_t(heat.side - 1);
    return double(
        heat.values[std::min(std::size_t(r), last) * std::size_t(heat.side) + std::min(std::size_t(c), last)]);
  };
  const double top = at(row, col) + right * (at(row, col + 1) - at(row, col));
  const double bottom = at(row + 1, col) + right * (at(row + 1, col + 1) - at(row + 1, col));
  return top + down * (bottom - top);
}

Image heat_overlay(const ImageView& picture, const HeatMap& heat, int side) {
  AWD_CHECK(!picture.empty() && int(heat.values.size()) == heat.side * heat.side);
  Image image{side, side, {}};
  image.pixels.reserve(std::size_t(side) * std::size_t(side) * 3);
  for (int row = 0; row < side; ++row) {
    for (int col = 0; col < side; ++col) {
      const double x = (col + 0.5) / side, y = (row + 0.5) / side;
      const double share = std::clamp(sample(heat, x, y) / heat.full, 0.0, 1.0);
      const Colour colour = heat_colour(share);
      const double opacity = kColdOpacity + share * (kHotOpacity - kColdOpacity);
      const double grey = kDim * grey_at(picture, x, y);
      for (const std::uint8_t channel : {colour.red, colour.green, colour.blue}) {
        image.pixels.push_back(std::uint8_t(std::lround(opacity * channel + (1 - opacity) * grey)));
      }
    }
  }
  return image;
}

void draw_picture(Canvas& canvas, const ImageView& picture, const Rectangle& box) {
  cairo_t* context = canvas.context();
  const CairoSurface surface = to_cairo(picture);
  cairo_save(context);
  cairo_rectangle(context, box.x, box.y, box.width, box.height);
  cairo_clip(context);
  cairo_translate(context, box.x, box.y);
  cairo_scale(context, box.width / picture.width, box.height / picture.height);
  cairo_set_source_surface(context, surface.get(), 0, 0);
  cairo_pattern_set_extend(cairo_get_source(context), CAIRO_EXTEND_PAD);
  cairo_pattern_set_filter(cairo_get_source(context), CAIRO_FILTER_BILINEAR);
  cairo_paint(context);
  cairo_restore(context);
}

void draw_outline(Canvas& canvas, const LabelView& labels, SceneLabel label, const Rectangle& box) {
  cairo_t* context = canvas.context();
  const int square = std::max(labels.height, labels.width);
  const double scale = box.width / square;
  const int border_left = (square - labels.width) / 2, border_top = (square - labels.height) / 2;
  const double left = box.x + border_left * scale, top = box.y + border_top * scale;
  const auto is_label = [&](int row, int col) {
    return row >= 0 && row < labels.height && col >= 0 && col < labels.width &&
           labels.data[std::size_t(row) * std::size_t(labels.width) + std::size_t(col)] == label;
  };
  // Every edge between a pixel of the label and another one, as one path.
  for (int row = 0; row <= labels.height; ++row) {
    for (int col = 0; col <= labels.width; ++col) {
      const double x = left + col * scale, y = top + row * scale;
      if (is_label(row, col) != is_label(row - 1, col)) {
        cairo_move_to(context, x, y);
        cairo_line_to(context, x + scale, y);
      }
      if (is_label(row, col) != is_label(row, col - 1)) {
        cairo_move_to(context, x, y);
        cairo_line_to(context, x, y + scale);
      }
    }
  }
  cairo_set_line_cap(context, CAIRO_LINE_CAP_ROUND);
  canvas.set({20, 20, 24}, 0.8);
  cairo_set_line_width(context, 3);
  cairo_stroke_preserve(context);
  canvas.set(kPaper);
  cairo_set_line_width(context, 1.4);
  cairo_stroke(context);
  cairo_set_line_cap(context, CAIRO_LINE_CAP_BUTT);
}

void draw_colour_bar(Canvas& canvas, const Rectangle& box, double full, const std::string& unit) {
  for (int x = 0; x < int(box.width); ++x) {
    canvas.set(heat_colour((x + 0.5) / box.width));
    canvas.fill({box.x + x, box.y, 1, box.height});
  }
  canvas.set(kInk);
  canvas.font(12);
  constexpr double kTicks[] = {0, 0.5, 1};
  for (const double share : kTicks) {
    const double x = box.x + share * box.width;
    canvas.line(x, box.y + box.height, x, box.y + box.height + 4, 1);
    canvas.text(x, box.y + box.height + 16, fmt::format("{:.3g}{}", share * full, unit), 0.5);
  }
}

}  // namespace awd
