// State residual: is the end effector where the executed actions should have brought it from the anchor state?
#pragma once

#include <span>

#include "awd/gate.h"

namespace awd {

/// Distance of the measured pose from the predicted one.
struct PoseResidual {
  double position = 0;  // m
  double rotation = 0;  // rad, 0 .. pi
};

/// Applies `executed` [age, action_dim] to the pose in `anchor_state` and compares with `state`. Columns 0..2 of an
/// action move, 3..5 turn, clamped to [-1, 1]. action_dim >= 6; both states hold the pose.
PoseResidual pose_residual(std::span<const float> anchor_state, std::span<const float> executed, int action_dim,
                           std::span<const float> state, const ArmResponse& response);

}  // namespace awd
