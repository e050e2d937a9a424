// Robot masks: the part of every camera's picture that shows the robot, from its pose alone.
#pragma once

#include <mujoco/mujoco.h>

#include <span>
#include <vector>

#include "awd/types.h"
#include "sim/picture_cover.h"

namespace awd::sim {

struct RobotMaskOptions {
  double margin = 0.008;       // of the picture's side: every geom is that much larger, so that no edge leaks
  double held_radius = 0.040;  // m, a ball at the TCP stands for what the fingers hold; 0: nothing does
};

/// Masks of one model's robot. Immutable after construction; the model must outlive it.
class RobotMasks {
 public:
  explicit RobotMasks(const mjModel& model, const RobotMaskOptions& options = {});

  /// Covered share (0 .. 255) of each patch of the camera's picture: arm, hand, fingers, and the ball while the fingers
  /// have stopped between open and closed. Things in front of the robot are not considered. `data` must hold up-to-date
  /// poses. Does not allocate.
  void fill(const mjData& data, int camera, std::span<std::uint8_t, PictureCover::kCells> shares) const;

 private:
  const mjModel& model_;
  RobotMaskOptions options_;
  std::vector<int> geoms_;
  int tcp_;
  std::array<int, 2> fingers_{};  // index into qpos
};

/// Whether any part of a body, or of what is attached to it, lies within the camera's picture, hidden or not.
bool is_body_in_picture(const mjModel& model, const mjData& data, int body, int camera);

}  // namespace awd::sim
