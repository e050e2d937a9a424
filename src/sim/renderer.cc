// Draws one camera of a MuJoCo model into an offscreen framebuffer and copies it out as RGB rows, top row first.
#include "sim/renderer.h"

#include <algorithm>
#include <mutex>

#include "awd/error.h"
#include "base/check.h"

namespace awd::sim {
namespace {

constexpr int kMaxGeoms = 500;  // drawn at most; the scene has about 50

}  // namespace

Renderer::Renderer(const mjModel& model, bool shadows) : model_(model), gl_(make_gl_context()) {
  gl_->make_current();
  mjv_defaultScene(&scene_);
  mjv_defaultOption(&option_);
  mjr_defaultContext(&context_);
  mjv_makeScene(&model_, &scene_, kMaxGeoms);
  scene_.flags[mjRND_SHADOW] = shadows ? 1 : 0;
  {
    // Loads OpenGL's function table into globals of the library.
    static std::mutex loader;
    const std::lock_guard lock(loader);
    mjr_makeContext(&model_, &context_, mjFONTSCALE_100);
  }
  mjr_setBuffer(mjFB_OFFSCREEN, &context_);
  if (context_.currentBuffer != mjFB_OFFSCREEN) {
    mjr_freeContext(&context_);
    mjv_freeScene(&scene_);
    throw Error("renderer", "expected an offscreen framebuffer, got none");
  }
}

Renderer::~Renderer() {
  gl_->make_current();
  mjr_freeContext(&context_);
  mjv_freeScene(&scene_);
}

void Renderer::draw(mjData& data, int camera, int size) {
  AWD_CHECK(size <= context_.offWidth && size <= context_.offHeight, "size {}", size);
  bottom_up_.resize(std::size_t(size) * size * 3);
  gl_->make_current();
  mjvCamera view;
  mjv_defaultCamera(&view);
  view.type = mjCAMERA_FIXED;
  view.fixedcamid = camera;
  mjv_updateScene(&model_, &data, &option_, nullptr, &view, mjCAT_ALL, &scene_);
  const mjrRect viewport{0, 0, size, size};
  mjr_render(viewport, &scene_, &context_);
  mjr_readPixels(bottom_up_.data(), nullptr, viewport, &context_);
}

void Renderer::render(mjData& data, int camera, int size, std::span<std::uint8_t> rgb) {
  const std::size_t row_bytes = std::size_t(size) * 3;
  AWD_CHECK(rgb.size() == row_bytes * size, "buffer {} size {}", rgb.size(), size);
  draw(data, camera, size);
  for (int row = 0; row < size; ++row) {
    const auto* from = bottom_up_.data() + row_bytes * (size - 1 - row);
    std::copy(from, from + row_bytes, rgb.data() + row_bytes * row);
  }
}

std::vector<int> Renderer::segment(mjData& data, int camera, int size) {
  // Every geom is drawn in a flat colour that holds its number in the drawn scene plus 1; black is nothing.
  scene_.flags[mjRND_SEGMENT] = scene_.flags[mjRND_IDCOLOR] = 1;
  draw(data, camera, size);
  scene_.flags[mjRND_SEGMENT] = scene_.flags[mjRND_IDCOLOR] = 0;
  std::vector<int> geom_of_colour(std::size_t(scene_.ngeom) + 1, -1);
  for (int i = 0; i < scene_.ngeom; ++i) {
    const mjvGeom& geom = scene_.geoms[i];
    if (geom.segid >= 0 && geom.objtype == mjOBJ_GEOM) geom_of_colour.at(std::size_t(geom.segid) + 1) = geom.objid;
  }
  std::vector<int> ids(std::size_t(size) * size);
  auto id = ids.begin();
  for (int row = 0; row < size; ++row) {
    const std::uint8_t* rgb = bottom_up_.data() + 3 * std::size_t(size - 1 - row) * size;
    for (int column = 0; column < size; ++column, rgb += 3) {
      *id++ = geom_of_colour.at(std::size_t(rgb[0]) + 256 * std::size_t(rgb[1]) + 65536 * std::size_t(rgb[2]));
    }
  }
  return ids;
}

}  // namespace awd::sim
