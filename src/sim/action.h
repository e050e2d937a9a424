// Actions of the simulated robot, in LIBERO's convention.
#pragma once

#include <array>

namespace awd::sim {

inline constexpr int kActionDim = 7;  // dx dy dz, rotation vector, gripper
using Action = std::array<float, kActionDim>;

inline constexpr double kPositionScale = 0.05;  // m per action unit
inline constexpr double kRotationScale = 0.5;   // rad per action unit, world frame
inline constexpr float kGripperOpen = -1, kGripperClose = 1;

}  // namespace awd::sim
