// What figures are drawn with: lines, boxes and text on paper, written as PNG or SVG.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "analysis/figures/label_placement.h"
#include "analysis/figures/palette.h"

using cairo_t = struct _cairo;  // cairo's own declaration  NOLINT(bugprone-reserved-identifier)

namespace awd {

/// A white sheet; all lengths in pixels, origin in the upper left corner. Colour and font stay as set until they are
/// set anew. Not thread-safe.
class Canvas {
 public:
  explicit Canvas(cairo_t* context);

  void set(const Colour& colour, double alpha = 1);
  void line(double x0, double y0, double x1, double y1, double width);
  void fill(const Rectangle& box);
  void outline(const Rectangle& box, double width);
  void disc(double x, double y, double radius);
  void font(double size, bool is_bold = false);
  double text_width(const std::string& text) const;
  /// `align`: 0 begins at x, 0.5 is centred, 1 ends there; y is the base line.
  void text(double x, double y, const std::string& text, double align = 0);
  /// The same, read from below.
  void text_upwards(double x, double y, const std::string& text, double align = 0);
  /// `text`, cut to at most `width` with ".." at its end.
  std::string fitted(const std::string& text, double width) const;
  cairo_t* context() { return context_; }

 private:
  cairo_t* context_;
};

/// Draws on a sheet of that size and writes it into a file ending in .png or .svg. Throws awd::Error when it cannot be
/// written.
void write_drawing(const std::filesystem::path& file, double width, double height,
                   const std::function<void(Canvas&)>& draw);

}  // namespace awd
