// Chooses, once per process, the first way to an offscreen OpenGL context that works.
#include "sim/gl_context.h"

#include <array>
#include <cstdlib>
#include <string>

#include "awd/error.h"
#include "sim/gl_backends.h"

namespace awd::sim {
namespace {

/// Tries the ways in order. Throws awd::Error that lists why each failed.
GlFactory choose() {
  // Read by Mesa when its first context is made. The software rasteriser gives the same picture on every machine, and
  // without helper threads of its own it scales with one renderer per thread.
  setenv("LIBGL_ALWAYS_SOFTWARE", "1", 0);
  setenv("LP_NUM_THREADS", "0", 0);
  const std::array<std::function<GlFactory()>, 3> ways{[] { return open_egl(EglPlatform::kSurfaceless); },
                                                       [] { return open_egl(EglPlatform::kDevice); }, open_osmesa};
  std::string reasons;
  for (const auto& way : ways) {
    try {
      return way();
    } catch (const Error& error) {
      reasons += std::string(reasons.empty() ? "" : "; ") + error.what();
    }
  }
  throw Error("renderer", "expected a headless OpenGL (install libegl1 and libgl1-mesa-dri), got none: " + reasons);
}

}  // namespace

std::unique_ptr<GlContext> make_gl_context() {
  static const GlFactory factory = choose();
  return factory();
}

}  // namespace awd::sim
