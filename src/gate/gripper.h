// Gripper signals: do settled fingers move by themselves (slip, a missed grasp), and does the plan switch the gripper
// soon?
#pragma once

#include <optional>
#include <span>

#include "awd/gate.h"

namespace awd {

/// -1 open, +1 close: the sign of an action's last value.
int gripper_command(std::span<const float> action);

/// Mean size of the two finger positions that start at `index`, m.
double finger_opening(std::span<const float> state, int index);

/// Takes the newest executed action and the present fingers into `grip`.
void watch_grip(std::span<const float> action, std::span<const float> state, const ArmResponse& response,
                GateState::Grip& grip);

/// |opening - opening at the anchor|, or since the fingers settled where that is later, m. None while they travel.
std::optional<double> gripper_residual(const GateState::Grip& grip, int age, std::span<const float> anchor_state,
                                       std::span<const float> state, const ArmResponse& response);

/// Steps until the plan's command differs from that of `last_action`: 0 is the action due now. None: it does not.
std::optional<int> steps_until_switch(std::span<const float> last_action, std::span<const float> planned);

}  // namespace awd
