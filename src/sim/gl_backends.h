// The ways to an offscreen OpenGL context that gl_context.cc chooses from.
#pragma once

#include <functional>
#include <memory>

#include "sim/gl_context.h"

namespace awd::sim {

/// Makes contexts of one kind; callable from any thread.
using GlFactory = std::function<std::unique_ptr<GlContext>()>;

enum class EglPlatform { kSurfaceless, kDevice };

/// Each loads its library, proves that it works and only then makes its symbols global (MuJoCo's loader takes
/// eglGetProcAddress, else OSMesaGetProcAddress, from the global symbols). Throws awd::Error where it cannot.
GlFactory open_egl(EglPlatform platform);
GlFactory open_osmesa();

}  // namespace awd::sim
