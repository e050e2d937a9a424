// One dimension at a time: its convention, its statistics, its state.
#include "engine/robot_io.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "awd/error.h"
#include "base/check.h"

namespace awd {
namespace {

/// ALOHA: two arms of six joints and a gripper. The pi0 base training counts two joints of each arm the other way
/// round, and the opening of a gripper by the angle of its motor.
constexpr int kAlohaDim = 14;
constexpr std::size_t kArmDim = 7, kShoulder = 1, kElbow = 2, kGripper = 6;

/// The gripper of a ViperX arm: finger position in m, where ALOHA's 0 is closed and 1 is open, and the crank that moves
/// it (Interbotix and ALOHA sources, as in openpi's aloha_policy).
constexpr double kFingerClosed = 0.01844, kFingerOpen = 0.05800;
constexpr double kCrankArm = 0.036, kCrankHorn = 0.022;
/// rad: the motor's angles that the model calls 0 and 1.
constexpr double kModelClosed = 0.5476, kModelOpen = 1.6296;
/// rad: the motor's angles that ALOHA commands as 0 and 1.
constexpr double kCommandClosed = -0.6213, kCommandOpen = 1.4910;

bool is_mirrored(std::size_t dim) { return dim % kArmDim == kShoulder || dim % kArmDim == kElbow; }
bool is_gripper(std::size_t dim) { return dim % kArmDim == kGripper; }

/// Measured opening, 0 to 1 of the finger's way -> the model's, 0 to 1 of the motor's way.
double gripper_to_model(double opening) {
  const double finger = kFingerClosed + opening * (kFingerOpen - kFingerClosed);
  const double sine = (kCrankHorn * kCrankHorn + finger * finger - kCrankArm * kCrankArm) / (2 * kCrankHorn * finger);
  const double angle = std::asin(std::clamp(sine, -1.0, 1.0));
  return (angle - kModelClosed) / (kModelOpen - kModelClosed);
}

/// The model's opening -> the commanded one. Its scale is the command's: the model's actions count radians from
/// kModelClosed, other than the states it sees.
double gripper_to_robot(double opening) {
  return (opening + kModelClosed - kCommandClosed) / (kCommandOpen - kCommandClosed);
}

double state_to_model(const RobotIo& io, std::size_t dim, double value) {
  if (!io.aloha_units) return value;
  if (is_gripper(dim)) return gripper_to_model(value);
  return is_mirrored(dim) ? -value : value;
}

double action_to_robot(const RobotIo& io, std::size_t dim, double value) {
  if (!io.aloha_units) return value;
  if (is_gripper(dim)) return gripper_to_robot(value);
  return is_mirrored(dim) ? -value : value;
}

}  // namespace

void check_robot_io(const std::string& where, const ModelConfig& config) {
  if (config.io.aloha_units && (config.state_dim != kAlohaDim || config.action_dim != kAlohaDim)) {
    throw Error(where, fmt::format("ALOHA units: expected {} values in states and actions, got {} and {}", kAlohaDim,
                                   config.state_dim, config.action_dim));
  }
  const std::vector<bool>& relative = config.io.relative_actions;
  if (!relative.empty() && int(relative.size()) != config.action_dim) {
    throw Error(where,
                fmt::format("relative actions: expected {} dimensions, got {}", config.action_dim, relative.size()));
  }
  for (std::size_t dim = std::size_t(config.state_dim); dim < relative.size(); ++dim) {
    if (!relative[dim]) continue;
    throw Error(where, fmt::format("relative actions: expected dimensions of the state's {}, got dimension {}",
                                   config.state_dim, dim));
  }
}

bool has_relative_actions(const ModelConfig& config) {
  const std::vector<bool>& relative = config.io.relative_actions;
  return std::find(relative.begin(), relative.end(), true) != relative.end();
}

void to_model_state(const ModelConfig& config, const NormStats& norms, std::span<const float> robot_state,
                    std::span<float> model_state) {
  const AffineStats& stats = norms.state;
  AWD_CHECK(int(robot_state.size()) == config.state_dim && model_state.size() == robot_state.size() &&
            stats.offset.size() == robot_state.size());
  for (std::size_t dim = 0; dim < robot_state.size(); ++dim) {
    const double value = state_to_model(config.io, dim, robot_state[dim]);
    model_state[dim] = static_cast<float>(stats.normalised(dim, value));
  }
}

void to_robot_actions(const ModelConfig& config, const NormStats& norms, std::span<const float> robot_state,
                      std::span<const float> model_actions, std::span<float> robot_actions) {
  const AffineStats& stats = norms.actions;
  const auto rows = std::size_t(config.horizon), model_dim = std::size_t(config.model_action_dim);
  const auto robot_dim = std::size_t(config.action_dim);
  AWD_CHECK(model_actions.size() == rows * model_dim && robot_actions.size() == rows * robot_dim &&
            stats.offset.size() == robot_dim);
  AWD_CHECK(int(robot_state.size()) == config.state_dim || !has_relative_actions(config));
  for (std::size_t dim = 0; dim < robot_dim; ++dim) {
    const bool is_relative = !config.io.relative_actions.empty() && config.io.relative_actions[dim];
    const double origin = is_relative ? state_to_model(config.io, dim, robot_state[dim]) : 0.0;
    for (std::size_t row = 0; row < rows; ++row) {
      const double value = stats.unnormalised(dim, model_actions[row * model_dim + dim]) + origin;
      robot_actions[row * robot_dim + dim] = static_cast<float>(action_to_robot(config.io, dim, value));
    }
  }
}

}  // namespace awd
