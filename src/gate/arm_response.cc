// A first-order follower: every action moves a commanded pose, every step the arm covers a fixed share of its distance
// to it. The follower starts on its command, since what the actions before the anchor left over is not known.
#include "gate/arm_response.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/check.h"
#include "gate/pose_drift.h"
#include "gate/rotation.h"

namespace awd {

PoseResidual pose_residual(std::span<const float> anchor_state, std::span<const float> executed, int action_dim,
                           std::span<const float> state, const ArmResponse& response) {
  AWD_CHECK(action_dim >= 6 && executed.size() % action_dim == 0, "{} values, action_dim {}", executed.size(),
            action_dim);
  const auto unit = [](float value) { return std::clamp(double(value), -1.0, 1.0); };
  std::array<double, 3> position, command;
  for (int i = 0; i < 3; ++i) position[i] = command[i] = anchor_state[response.position_index + i];
  Rotation rotation = rotation_of(anchor_state, response.rotation_index), commanded = rotation;

  for (std::size_t row = 0; row < executed.size(); row += action_dim) {
    const float* const action = executed.data() + row;
    for (int i = 0; i < 3; ++i) {
      command[i] += response.position_gain * unit(action[i]);
      position[i] += response.tracking * (command[i] - position[i]);
    }
    const double gain = response.rotation_gain;
    commanded =
        rotation_from_vector(gain * unit(action[3]), gain * unit(action[4]), gain * unit(action[5])) * commanded;
    rotation = part_of(commanded * inverse(rotation), response.tracking) * rotation;
  }

  double square = 0;
  for (int i = 0; i < 3; ++i) {
    const double difference = state[response.position_index + i] - position[i];
    square += difference * difference;
  }
  return {.position = std::sqrt(square),
          .rotation = angle_between(rotation, rotation_of(state, response.rotation_index))};
}

}  // namespace awd
