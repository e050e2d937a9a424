// Fingers that close on something stop at a width nobody knows beforehand, so they are not predicted: they are watched
// from the moment at which they have settled.
#include "gate/gripper.h"

#include <cmath>

namespace awd {

int gripper_command(std::span<const float> action) { return action.back() > 0 ? 1 : -1; }

double finger_opening(std::span<const float> state, int index) {
  return 0.5 * (std::abs(double(state[index])) + std::abs(double(state[index + 1])));
}

void watch_grip(std::span<const float> action, std::span<const float> state, const ArmResponse& response,
                GateState::Grip& grip) {
  const int command = gripper_command(action);
  grip.steps = command == grip.command ? grip.steps + 1 : 1;
  grip.command = command;
  if (grip.steps == response.grip_settle) grip.opening = finger_opening(state, response.gripper_index);
}

std::optional<double> gripper_residual(const GateState::Grip& grip, int age, std::span<const float> anchor_state,
                                       std::span<const float> state, const ArmResponse& response) {
  if (grip.steps < response.grip_settle) return std::nullopt;
  const bool settled_at_anchor = grip.steps - age >= response.grip_settle;
  const double reference = settled_at_anchor ? finger_opening(anchor_state, response.gripper_index) : grip.opening;
  return std::abs(finger_opening(state, response.gripper_index) - reference);
}

std::optional<int> steps_until_switch(std::span<const float> last_action, std::span<const float> planned) {
  const int command = gripper_command(last_action);
  const std::size_t dim = last_action.size();
  for (std::size_t row = 0; (row + 1) * dim <= planned.size(); ++row) {
    if (gripper_command(planned.subspan(row * dim, dim)) != command) return int(row);
  }
  return std::nullopt;
}

}  // namespace awd
