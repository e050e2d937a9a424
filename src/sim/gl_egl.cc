// OpenGL through EGL without a window system: Mesa's surfaceless platform or a GPU device.
#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <dlfcn.h>

#include <string>

#include "awd/error.h"
#include "sim/gl_backends.h"

namespace awd::sim {
namespace {

constexpr const char* kLibrary = "libEGL.so.1";
// clang-format off
constexpr EGLint kConfigAttributes[] = {
    EGL_SURFACE_TYPE, EGL_PBUFFER_BIT,  EGL_RENDERABLE_TYPE, EGL_OPENGL_BIT,
    EGL_RED_SIZE, 8, EGL_GREEN_SIZE, 8, EGL_BLUE_SIZE, 8, EGL_ALPHA_SIZE, 8,
    EGL_DEPTH_SIZE, 24, EGL_STENCIL_SIZE, 8, EGL_NONE};
// clang-format on

/// The few EGL functions used, looked up in the library.
struct Egl {
  void* library = nullptr;
  PFNEGLGETPROCADDRESSPROC get_proc_address = nullptr;
  PFNEGLINITIALIZEPROC initialize = nullptr;
  PFNEGLTERMINATEPROC terminate = nullptr;
  PFNEGLCHOOSECONFIGPROC choose_config = nullptr;
  PFNEGLBINDAPIPROC bind_api = nullptr;
  PFNEGLCREATECONTEXTPROC create_context = nullptr;
  PFNEGLDESTROYCONTEXTPROC destroy_context = nullptr;
  PFNEGLMAKECURRENTPROC make_current = nullptr;
  PFNEGLRELEASETHREADPROC release_thread = nullptr;
  EGLDisplay display = EGL_NO_DISPLAY;
};

template <class F>
void look_up(const Egl& egl, const char* name, F& function) {
  function = reinterpret_cast<F>(dlsym(egl.library, name));
  if (!function) throw Error("EGL", std::string("expected function ") + name + " in " + kLibrary + ", got none");
}

Egl load_library() {
  Egl egl;
  egl.library = dlopen(kLibrary, RTLD_NOW | RTLD_LOCAL);
  if (!egl.library) throw Error("EGL", std::string("expected library ") + kLibrary + ", got none");
  look_up(egl, "eglGetProcAddress", egl.get_proc_address);
  look_up(egl, "eglInitialize", egl.initialize);
  look_up(egl, "eglTerminate", egl.terminate);
  look_up(egl, "eglChooseConfig", egl.choose_config);
  look_up(egl, "eglBindAPI", egl.bind_api);
  look_up(egl, "eglCreateContext", egl.create_context);
  look_up(egl, "eglDestroyContext", egl.destroy_context);
  look_up(egl, "eglMakeCurrent", egl.make_current);
  look_up(egl, "eglReleaseThread", egl.release_thread);
  return egl;
}

EGLDisplay find_display(const Egl& egl, EglPlatform platform) {
  const auto platform_display =
      reinterpret_cast<PFNEGLGETPLATFORMDISPLAYEXTPROC>(egl.get_proc_address("eglGetPlatformDisplayEXT"));
  if (!platform_display) throw Error("EGL", "expected eglGetPlatformDisplayEXT, got none");
  if (platform == EglPlatform::kSurfaceless) {
    return platform_display(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, nullptr);
  }
  const auto query_devices = reinterpret_cast<PFNEGLQUERYDEVICESEXTPROC>(egl.get_proc_address("eglQueryDevicesEXT"));
  EGLDeviceEXT device = nullptr;
  EGLint count = 0;
  if (!query_devices || !query_devices(1, &device, &count) || count < 1) {
    throw Error("EGL", "expected a device, got none");
  }
  return platform_display(EGL_PLATFORM_DEVICE_EXT, device, nullptr);
}

class EglContext final : public GlContext {
 public:
  EglContext(const Egl& egl, EglPlatform platform) : egl_(egl), platform_(platform) {
    EGLConfig config = nullptr;
    EGLint count = 0;
    if (!egl_.choose_config(egl_.display, kConfigAttributes, &config, 1, &count) || count < 1) {
      throw Error("EGL", "expected an RGBA configuration with desktop OpenGL, got none");
    }
    egl_.bind_api(EGL_OPENGL_API);  // per thread
    // Default attributes give the compatibility profile, which MuJoCo's fixed-function drawing needs.
    context_ = egl_.create_context(egl_.display, config, EGL_NO_CONTEXT, nullptr);
    if (context_ == EGL_NO_CONTEXT) throw Error("EGL", "expected an OpenGL context, got none");
  }
  ~EglContext() override {
    egl_.make_current(egl_.display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
    egl_.destroy_context(egl_.display, context_);
    egl_.release_thread();
  }
  EglContext(const EglContext&) = delete;
  EglContext& operator=(const EglContext&) = delete;

  void make_current() override {
    egl_.bind_api(EGL_OPENGL_API);
    if (!egl_.make_current(egl_.display, EGL_NO_SURFACE, EGL_NO_SURFACE, context_)) {
      throw Error("EGL", "expected the context to become current on its own thread, got a refusal");
    }
  }
  std::string_view name() const override {
    return platform_ == EglPlatform::kSurfaceless ? "EGL surfaceless" : "EGL device";
  }

 private:
  Egl egl_;
  EglPlatform platform_;
  ::EGLContext context_ = EGL_NO_CONTEXT;
};

}  // namespace

GlFactory open_egl(EglPlatform platform) {
  Egl egl = load_library();
  egl.display = find_display(egl, platform);
  EGLint major = 0, minor = 0;
  if (egl.display == EGL_NO_DISPLAY || !egl.initialize(egl.display, &major, &minor)) {
    throw Error("EGL", "expected a display, got none");
  }
  EglContext(egl, platform).make_current();
  dlopen(kLibrary, RTLD_NOW | RTLD_GLOBAL);
  return [egl, platform] { return std::make_unique<EglContext>(egl, platform); };
}

}  // namespace awd::sim
