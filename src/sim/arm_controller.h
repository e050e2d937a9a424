// Arm control: every action moves a commanded TCP pose; inverse kinematics turns it into joint targets, and computed
// torque with velocity feed-forward follows them closely enough that a picture shows where the command is.
#pragma once

#include <span>
#include <vector>

#include "sim/action.h"
#include "sim/inverse_kinematics.h"

namespace awd::sim {

inline constexpr int kSubsteps = 25;  // physics steps of 2 ms per control step: 20 Hz

/// Drives the joint motors and the finger servos. Not thread-safe. The model must outlive it.
class ArmController {
 public:
  /// All that changes; copy it to save and restore.
  struct State {
    Pose command;               // commanded TCP pose
    JointVector joints_from{};  // joint targets at the start and the end of the present control step
    JointVector joints_to{};
    double finger_target = 0;  // m
  };

  explicit ArmController(const mjModel& model);

  /// Puts arm and fingers at home (hand straight down, open) in `data` and commands that pose.
  void reset(mjData& data);

  /// Takes one action [7] in [-1, 1] (clamped); see action.h.
  void command(const mjData& data, std::span<const float> action);

  /// Writes motor torques for one physics step; `progress` in (0, 1] is how far the control step will be after it.
  /// Call between mj_step1 and mj_step2.
  void drive(mjData& data, double progress);

  /// What `data` says of the robot now: pose of the TCP, joint angles (rad), left and right finger (m).
  Pose tcp(const mjData& data) const;
  JointVector joints(const mjData& data) const;
  std::array<double, 2> fingers(const mjData& data) const;

  const State& state() const { return state_; }
  void restore(const State& state) { state_ = state; }

 private:
  const mjModel& model_;
  int tcp_;
  std::array<int, kArmJoints> joint_position_{};  // index into qpos
  std::array<int, kArmJoints> joint_dof_{};       // index into qvel
  std::array<int, kArmJoints> motor_{};           // index into ctrl
  std::array<int, 2> finger_position_{};
  std::array<int, 2> finger_servo_{};
  InverseKinematics inverse_kinematics_;
  std::vector<double> mass_;  // [nv, nv] scratch
  State state_;
};

}  // namespace awd::sim
