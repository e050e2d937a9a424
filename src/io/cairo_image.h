// Cairo surfaces with RAII, and their conversion from and to RGB pictures. Only for .cc files that draw.
#pragma once

#include <cairo/cairo.h>

#include <memory>

#include "io/image.h"

namespace awd {

struct CairoDelete {
  void operator()(cairo_surface_t* surface) const { cairo_surface_destroy(surface); }
  void operator()(cairo_t* context) const { cairo_destroy(context); }
  void operator()(cairo_pattern_t* pattern) const { cairo_pattern_destroy(pattern); }
};
using CairoSurface = std::unique_ptr<cairo_surface_t, CairoDelete>;
using CairoContext = std::unique_ptr<cairo_t, CairoDelete>;
using CairoPattern = std::unique_ptr<cairo_pattern_t, CairoDelete>;

/// A new RGB24 surface that holds a copy of `image`.
CairoSurface to_cairo(const ImageView& image);

/// A copy of an RGB24 or ARGB32 image surface, alpha ignored.
Image from_cairo(cairo_surface_t* surface);

}  // namespace awd
