// Position and rotation of the end effector against the anchor's.
#include "gate/pose_drift.h"

#include <cmath>

namespace awd {

double tcp_drift(std::span<const float> state, std::span<const float> anchor_state, int index) {
  double square = 0;
  for (int i = index; i < index + 3; ++i) {
    const double difference = double(state[i]) - double(anchor_state[i]);
    square += difference * difference;
  }
  return std::sqrt(square);
}

double rotation_drift(std::span<const float> state, std::span<const float> anchor_state, int index) {
  return angle_between(rotation_of(anchor_state, index), rotation_of(state, index));
}

}  // namespace awd
