// Scene motion of a fixed camera: for how long and how widely has something outside the robot moved since the anchor?
#pragma once

#include "awd/gate.h"

namespace awd {

/// sum over the cells below the first motion_top rows of moved[cell] * attended[cell]: one cell that the policy looks
/// at most and that moves at every step adds 1 a step. NaN where the robot's mask is not known.
double scene_motion(const GateState::Camera& camera, const Anchor::Camera& anchor, const ResidualOptions& options);

}  // namespace awd
