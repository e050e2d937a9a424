// From an action [7] to motor torques [7] and finger targets: moves the commanded TCP pose, solves for joints, and
// follows them with computed torque at every physics step.
#include "sim/arm_controller.h"

#include <algorithm>
#include <numbers>
#include <string>

namespace awd::sim {
namespace {

// Joint 6 at 2.2849 rad makes the hand exactly vertical in this posture.
constexpr JointVector kHome{0, -0.161, 0, -2.4459, 0, 2.2849, std::numbers::pi / 4};
constexpr double kBandwidth = 45;  // rad/s of the joint servo: lag below 1 mm at 2 cm/step, stable under Euler at 2 ms
constexpr double kFingerOpen = 0.04;      // m
constexpr double kFingerClosed = -0.005;  // m, beyond closed, so that the pads press
// A blocked or saturated arm may not pile up more command than this: the next picture must show where the arm will go.
constexpr double kMaxLead = 0.02;      // m
constexpr double kMaxLeadAngle = 0.2;  // rad
// Commanded positions stay in this box (m): over the table, in reach, pads clear of the table top.
constexpr Vec3 kWorkspaceLow{0.20, -0.45, 0.005};
constexpr Vec3 kWorkspaceHigh{0.75, 0.45, 0.55};

}  // namespace

ArmController::ArmController(const mjModel& model)
    : model_(model),
      tcp_(require_id(model, mjOBJ_SITE, "tcp")),
      inverse_kinematics_(model, kHome),
      mass_(std::size_t(model.nv) * model.nv) {
  for (int i = 0; i < kArmJoints; ++i) {
    const std::string name = "joint" + std::to_string(i + 1);
    const int joint = require_id(model, mjOBJ_JOINT, name);
    joint_position_[i] = model.jnt_qposadr[joint];
    joint_dof_[i] = model.jnt_dofadr[joint];
    motor_[i] = require_id(model, mjOBJ_ACTUATOR, name);
  }
  const std::array<std::string, 2> fingers{"finger_left", "finger_right"};
  for (int i = 0; i < 2; ++i) {
    finger_position_[i] = model.jnt_qposadr[require_id(model, mjOBJ_JOINT, fingers[i])];
    finger_servo_[i] = require_id(model, mjOBJ_ACTUATOR, fingers[i]);
  }
}

void ArmController::reset(mjData& data) {
  for (int i = 0; i < kArmJoints; ++i) data.qpos[joint_position_[i]] = kHome[i];
  for (const int position : finger_position_) data.qpos[position] = kFingerOpen;
  mj_kinematics(&model_, &data);
  state_ = {.command = tcp(data), .joints_from = kHome, .joints_to = kHome, .finger_target = kFingerOpen};
}

void ArmController::command(const mjData& data, std::span<const float> action) {
  const auto unit = [&](int i) { return std::clamp(double(action[i]), -1.0, 1.0); };
  const Vec3 shift = kPositionScale * Vec3{unit(0), unit(1), unit(2)};
  const Vec3 turn = kRotationScale * Vec3{unit(3), unit(4), unit(5)};

  const Pose measured = tcp(data);
  const Vec3 lead = limited(state_.command.position - measured.position, kMaxLead);
  const Vec3 lead_angle =
      limited(to_rotation_vector(state_.command.rotation * inverse(measured.rotation)), kMaxLeadAngle);
  Pose& target = state_.command;
  target.position = measured.position + lead + shift;
  for (int i = 0; i < 3; ++i) target.position[i] = std::clamp(target.position[i], kWorkspaceLow[i], kWorkspaceHigh[i]);
  target.rotation = normalized(from_rotation_vector(turn) * from_rotation_vector(lead_angle) * measured.rotation);

  state_.finger_target = action[6] > 0 ? kFingerClosed : kFingerOpen;
  state_.joints_from = state_.joints_to;
  state_.joints_to = inverse_kinematics_.solve(state_.joints_to, target);
}

/// tau = M (w^2 (q* - q) + 2 w (q*' - q')) + bias, with q* moving evenly from joints_from to joints_to
void ArmController::drive(mjData& data, double progress) {
  mj_fullM(&model_, mass_.data(), data.qM);
  const double period_s = kSubsteps * model_.opt.timestep;
  JointVector acceleration;
  for (int i = 0; i < kArmJoints; ++i) {
    const double travel = state_.joints_to[i] - state_.joints_from[i];
    const double position_error = state_.joints_from[i] + progress * travel - data.qpos[joint_position_[i]];
    const double velocity_error = travel / period_s - data.qvel[joint_dof_[i]];
    acceleration[i] = kBandwidth * kBandwidth * position_error + 2 * kBandwidth * velocity_error;
  }
  for (int i = 0; i < kArmJoints; ++i) {
    double torque = data.qfrc_bias[joint_dof_[i]];
    for (int j = 0; j < kArmJoints; ++j) {
      torque += mass_[std::size_t(joint_dof_[i]) * model_.nv + joint_dof_[j]] * acceleration[j];
    }
    data.ctrl[motor_[i]] = torque;  // the motors' forcerange is the torque limit
  }
  for (const int servo : finger_servo_) data.ctrl[servo] = state_.finger_target;
}

Pose ArmController::tcp(const mjData& data) const {
  Pose pose;
  mju_copy3(pose.position.data(), data.site_xpos + 3 * tcp_);
  mju_mat2Quat(pose.rotation.data(), data.site_xmat + 9 * tcp_);
  return pose;
}

JointVector ArmController::joints(const mjData& data) const {
  JointVector q;
  for (int i = 0; i < kArmJoints; ++i) q[i] = data.qpos[joint_position_[i]];
  return q;
}

std::array<double, 2> ArmController::fingers(const mjData& data) const {
  return {data.qpos[finger_position_[0]], data.qpos[finger_position_[1]]};
}

}  // namespace awd::sim
