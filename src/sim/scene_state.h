// What tasks, experts and recorders may know of the simulated world at one moment: a plain value, free of MuJoCo.
#pragma once

#include <array>

#include "sim/pose.h"

namespace awd::sim {

inline constexpr int kObjectCount = 3;

/// Poses in the table frame, metres.
struct SceneState {
  Pose tcp;                                // tool centre point between the pads
  std::array<double, 2> fingers{};         // left, right: 0 closed, 0.04 m open
  std::array<Pose, kObjectCount> objects;  // in the order of kObjects (table_scene.h)

  /// Half of the distance between the pads, m.
  double opening() const { return 0.5 * (fingers[0] + fingers[1]); }
};

}  // namespace awd::sim
