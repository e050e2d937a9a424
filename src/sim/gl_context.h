// Headless OpenGL: one offscreen context per renderer, found at run time so that the binary links no GL library.
#pragma once

#include <memory>
#include <string_view>

namespace awd::sim {

/// An OpenGL (compatibility profile) context. Belongs to the thread that made it: use and destroy it there.
class GlContext {
 public:
  virtual ~GlContext() = default;
  virtual void make_current() = 0;
  virtual std::string_view name() const = 0;
};

/// Tries EGL surfaceless (Mesa, software), EGL on the first device (NVIDIA), OSMesa, in this order; the first that
/// works serves the whole process. Throws awd::Error listing why each failed.
std::unique_ptr<GlContext> make_gl_context();

}  // namespace awd::sim
