// Offscreen pictures of one model's cameras.
#pragma once

#include <mujoco/mujoco.h>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "sim/gl_context.h"

namespace awd::sim {

/// Owns an OpenGL context and MuJoCo's drawing state. Use and destroy it on the thread that made it.
/// The model must outlive it; its vis.global.off{width,height} and vis.quality must be set before.
class Renderer {
 public:
  /// Throws awd::Error where no headless OpenGL is to be had.
  Renderer(const mjModel& model, bool shadows);
  ~Renderer();
  Renderer(const Renderer&) = delete;
  Renderer& operator=(const Renderer&) = delete;

  /// Draws camera `camera` as [size, size, 3] RGB bytes, top row first. `data` must hold up-to-date poses.
  void render(mjData& data, int camera, int size, std::span<std::uint8_t> rgb);

  /// For every pixel of camera `camera`, top row first, the id of the geom it shows, or -1: [size * size].
  std::vector<int> segment(mjData& data, int camera, int size);

 private:
  /// Draws into `bottom_up_`.
  void draw(mjData& data, int camera, int size);

  const mjModel& model_;
  std::unique_ptr<GlContext> gl_;
  mjvScene scene_{};
  mjvOption option_{};
  mjrContext context_{};
  std::vector<std::uint8_t> bottom_up_;  // [size, size, 3] as OpenGL gives it
};

}  // namespace awd::sim
