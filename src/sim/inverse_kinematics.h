// Inverse kinematics of the arm: damped least squares on the TCP pose, with a pull to the rest posture in the
// nullspace.
#pragma once

#include <array>
#include <vector>

#include "sim/mujoco_model.h"
#include "sim/pose.h"

namespace awd::sim {

inline constexpr int kArmJoints = 7;
using JointVector = std::array<double, kArmJoints>;  // rad

/// Not thread-safe: owns scratch. The model must outlive it.
class InverseKinematics {
 public:
  InverseKinematics(const mjModel& model, const JointVector& rest);

  /// Joint angles near `start` that put the TCP at `target`; the best found after 20 iterations, inside joint limits.
  JointVector solve(const JointVector& start, const Pose& target);

 private:
  using Jacobian = std::array<double, 6 * kArmJoints>;  // [translation; rotation] x joints
  using Twist = std::array<double, 6>;

  Twist pose_error(const Pose& target) const;
  Jacobian jacobian();
  JointVector damped_step(const Jacobian& jacobian, const Twist& error, const JointVector& q) const;

  const mjModel& model_;
  JointVector rest_;
  int tcp_;
  std::array<int, kArmJoints> joint_{};
  DataPtr scratch_;
  std::vector<double> translation_, rotation_;  // [3, nv] each
};

}  // namespace awd::sim
