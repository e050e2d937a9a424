// Damped least squares on the 6 pose errors of the TCP over 7 joints, iterated on a scratch copy of the robot.
#include "sim/inverse_kinematics.h"

#include <algorithm>
#include <string>

namespace awd::sim {
namespace {

constexpr int kMaxIterations = 20;
constexpr double kTolerance = 1e-5;    // m
constexpr double kLever = 0.1;         // m: what 1 rad counts as in that tolerance
constexpr double kDamping = 0.02;      // keeps steps bounded near singular postures
constexpr double kRestPull = 0.05;     // share of the way to the rest posture per iteration, nullspace only
constexpr double kMaxJointStep = 0.2;  // rad per iteration
constexpr double kLimitMargin = 0.01;  // rad kept from the joint limits

}  // namespace

InverseKinematics::InverseKinematics(const mjModel& model, const JointVector& rest)
    : model_(model),
      rest_(rest),
      tcp_(require_id(model, mjOBJ_SITE, "tcp")),
      scratch_(make_data(model)),
      translation_(3 * model.nv),
      rotation_(3 * model.nv) {
  for (int i = 0; i < kArmJoints; ++i) {
    joint_[i] = require_id(model, mjOBJ_JOINT, "joint" + std::to_string(i + 1));
  }
}

InverseKinematics::Twist InverseKinematics::pose_error(const Pose& target) const {
  const double* p = scratch_->site_xpos + 3 * tcp_;
  Quat rotation;
  mju_mat2Quat(rotation.data(), scratch_->site_xmat + 9 * tcp_);
  const Vec3 linear = target.position - Vec3{p[0], p[1], p[2]};
  const Vec3 angular = to_rotation_vector(target.rotation * inverse(rotation));
  return {linear[0], linear[1], linear[2], angular[0], angular[1], angular[2]};
}

InverseKinematics::Jacobian InverseKinematics::jacobian() {
  mj_jacSite(&model_, scratch_.get(), translation_.data(), rotation_.data(), tcp_);
  Jacobian out;
  for (int row = 0; row < 3; ++row) {
    for (int i = 0; i < kArmJoints; ++i) {
      const int dof = row * model_.nv + model_.jnt_dofadr[joint_[i]];
      out[row * kArmJoints + i] = translation_[dof];
      out[(row + 3) * kArmJoints + i] = rotation_[dof];
    }
  }
  return out;
}

/// dq = n + J^T (J J^T + damping^2 I)^-1 (error - J n), n = the pull to rest
JointVector InverseKinematics::damped_step(const Jacobian& jacobian, const Twist& error, const JointVector& q) const {
  JointVector step;
  for (int i = 0; i < kArmJoints; ++i) step[i] = kRestPull * (rest_[i] - q[i]);
  Twist residual, solution;
  mju_mulMatVec(residual.data(), jacobian.data(), step.data(), 6, kArmJoints);
  mju_sub(residual.data(), error.data(), residual.data(), 6);

  std::array<double, 36> gram;
  mju_mulMatMatT(gram.data(), jacobian.data(), jacobian.data(), 6, kArmJoints, 6);
  for (int i = 0; i < 6; ++i) gram[7 * i] += kDamping * kDamping;
  mju_cholFactor(gram.data(), 6, 1e-12);
  mju_cholSolve(solution.data(), gram.data(), residual.data(), 6);

  JointVector correction;
  mju_mulMatTVec(correction.data(), jacobian.data(), solution.data(), 6, kArmJoints);
  for (int i = 0; i < kArmJoints; ++i) step[i] = std::clamp(step[i] + correction[i], -kMaxJointStep, kMaxJointStep);
  return step;
}

JointVector InverseKinematics::solve(const JointVector& start, const Pose& target) {
  JointVector q = start;
  for (int iteration = 0; iteration < kMaxIterations; ++iteration) {
    for (int i = 0; i < kArmJoints; ++i) scratch_->qpos[model_.jnt_qposadr[joint_[i]]] = q[i];
    mj_kinematics(&model_, scratch_.get());
    mj_comPos(&model_, scratch_.get());
    const Twist error = pose_error(target);
    if (mju_norm(error.data(), 3) + kLever * mju_norm(error.data() + 3, 3) < kTolerance) break;
    const JointVector step = damped_step(jacobian(), error, q);
    for (int i = 0; i < kArmJoints; ++i) {
      const double* range = model_.jnt_range + 2 * joint_[i];
      q[i] = std::clamp(q[i] + step[i], range[0] + kLimitMargin, range[1] - kLimitMargin);
    }
  }
  return q;
}

}  // namespace awd::sim
