// OpenGL through OSMesa: Mesa's software rasteriser without EGL. No header of it is needed for five functions.
#include <dlfcn.h>

#include <array>
#include <string>
#include <vector>

#include "awd/error.h"
#include "sim/gl_backends.h"

namespace awd::sim {
namespace {

constexpr std::array kLibraries{"libOSMesa.so.8", "libOSMesa.so.6", "libOSMesa.so"};

// Values of GL/osmesa.h.
constexpr int kOsmesaRgba = 0x1908, kOsmesaFormat = 0x22, kOsmesaDepthBits = 0x30, kOsmesaStencilBits = 0x31,
              kOsmesaProfile = 0x33, kOsmesaCompatProfile = 0x35;
// clang-format off
constexpr int kContextAttributes[] = {
    kOsmesaFormat, kOsmesaRgba, kOsmesaDepthBits, 24, kOsmesaStencilBits, 8,
    kOsmesaProfile, kOsmesaCompatProfile, 0};
// clang-format on
constexpr unsigned kGlUnsignedByte = 0x1401;

struct Osmesa {
  void* (*create)(const int* attributes, void* share) = nullptr;
  void (*destroy)(void* context) = nullptr;
  unsigned char (*make_current)(void* context, void* buffer, unsigned type, int width, int height) = nullptr;
};

class OsmesaContext final : public GlContext {
 public:
  explicit OsmesaContext(const Osmesa& osmesa) : osmesa_(osmesa) {
    context_ = osmesa_.create(kContextAttributes, nullptr);
    if (!context_) throw Error("OSMesa", "expected an OpenGL context, got none");
  }
  ~OsmesaContext() override { osmesa_.destroy(context_); }
  OsmesaContext(const OsmesaContext&) = delete;
  OsmesaContext& operator=(const OsmesaContext&) = delete;

  void make_current() override {
    if (!osmesa_.make_current(context_, framebuffer_.data(), kGlUnsignedByte, kSide, kSide)) {
      throw Error("OSMesa", "expected the context to become current, got a refusal");
    }
  }
  std::string_view name() const override { return "OSMesa"; }

 private:
  static constexpr int kSide = 64;
  Osmesa osmesa_;
  void* context_ = nullptr;
  // OSMesa wants a window-like buffer; all drawing goes to MuJoCo's own framebuffer.
  std::vector<unsigned char> framebuffer_ = std::vector<unsigned char>(4 * kSide * kSide);
};

template <class F>
void look_up(void* library, const char* name, F& function) {
  function = reinterpret_cast<F>(dlsym(library, name));
  if (!function) throw Error("OSMesa", std::string("expected function ") + name + ", got none");
}

}  // namespace

GlFactory open_osmesa() {
  void* library = nullptr;
  for (const char* name : kLibraries) {
    library = dlopen(name, RTLD_NOW | RTLD_GLOBAL);
    if (library) break;
  }
  if (!library) throw Error("OSMesa", "expected library libOSMesa, got none");
  Osmesa osmesa;
  look_up(library, "OSMesaCreateContextAttribs", osmesa.create);
  look_up(library, "OSMesaDestroyContext", osmesa.destroy);
  look_up(library, "OSMesaMakeCurrent", osmesa.make_current);
  OsmesaContext(osmesa).make_current();
  return [osmesa] { return std::make_unique<OsmesaContext>(osmesa); };
}

}  // namespace awd::sim
