// Drawing by cairo.
#include "analysis/figures/canvas.h"

#include <cairo/cairo-svg.h>
#include <fmt/format.h>

#include <numbers>

#include "awd/error.h"
#include "io/cairo_image.h"

namespace awd {

Canvas::Canvas(cairo_t* context) : context_(context) {
  set(kPaper);
  cairo_paint(context_);
  set(kInk);
}

void Canvas::set(const Colour& colour, double alpha) {
  cairo_set_source_rgba(context_, colour.r(), colour.g(), colour.b(), alpha);
}

void Canvas::line(double x0, double y0, double x1, double y1, double width) {
  cairo_set_line_width(context_, width);
  cairo_move_to(context_, x0, y0);
  cairo_line_to(context_, x1, y1);
  cairo_stroke(context_);
}

void Canvas::fill(const Rectangle& box) {
  cairo_rectangle(context_, box.x, box.y, box.width, box.height);
  cairo_fill(context_);
}

void Canvas::outline(const Rectangle& box, double width) {
  cairo_set_line_width(context_, width);
  cairo_rectangle(context_, box.x, box.y, box.width, box.height);
  cairo_stroke(context_);
}

void Canvas::disc(double x, double y, double radius) {
  cairo_arc(context_, x, y, radius, 0, 2 * std::numbers::pi);
  cairo_fill(context_);
}

void Canvas::font(double size, bool is_bold) {
  cairo_select_font_face(context_, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL,
                         is_bold ? CAIRO_FONT_WEIGHT_BOLD : CAIRO_FONT_WEIGHT_NORMAL);
  cairo_set_font_size(context_, size);
}

double Canvas::text_width(const std::string& text) const {
  cairo_text_extents_t extents;
  cairo_text_extents(context_, text.c_str(), &extents);
  return extents.x_advance;
}

void Canvas::text(double x, double y, const std::string& text, double align) {
  cairo_move_to(context_, x - align * text_width(text), y);
  cairo_show_text(context_, text.c_str());
}

void Canvas::text_upwards(double x, double y, const std::string& text, double align) {
  cairo_save(context_);
  cairo_move_to(context_, x, y + align * text_width(text));
  cairo_rotate(context_, -std::numbers::pi / 2);
  cairo_show_text(context_, text.c_str());
  cairo_restore(context_);
}

std::string Canvas::fitted(const std::string& text, double width) const {
  std::string cut = text;
  for (std::size_t length = text.size(); length > 0 && text_width(cut) > width; --length) {
    cut = text.substr(0, length - 1) + "..";
  }
  return cut;
}

void write_drawing(const std::filesystem::path& file, double width, double height,
                   const std::function<void(Canvas&)>& draw) {
  const bool is_svg = file.extension() == ".svg";
  const CairoSurface surface(is_svg ? cairo_svg_surface_create(file.c_str(), width, height)
                                    : cairo_image_surface_create(CAIRO_FORMAT_RGB24, int(width), int(height)));
  {
    const CairoContext context(cairo_create(surface.get()));
    Canvas canvas(context.get());
    draw(canvas);
  }
  cairo_status_t status = cairo_surface_status(surface.get());
  if (is_svg) {
    cairo_surface_finish(surface.get());
    status = cairo_surface_status(surface.get());
  } else if (status == CAIRO_STATUS_SUCCESS) {
    status = cairo_surface_write_to_png(surface.get(), file.c_str());
  }
  if (status != CAIRO_STATUS_SUCCESS) {
    throw Error(file.string(),
                fmt::format("expected to write this figure, got \"{}\"", cairo_status_to_string(status)));
  }
}

}  // namespace awd
