// The largest absolute difference between two state (or joint) vectors of the same length.
#include "gate/state_guard.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "awd/error.h"

namespace awd {

std::span<const float> guarded_state(std::span<const float> state, std::span<const float> joints, StateSource source) {
  return source == StateSource::kJoints && !joints.empty() ? joints : state;
}

double state_drift(std::span<const float> state, std::span<const float> anchor_state) {
  if (state.size() != anchor_state.size()) {
    throw Error("gate state",
                fmt::format("expected {} values as in the anchor, got {}", anchor_state.size(), state.size()));
  }
  double drift = 0;
  for (std::size_t i = 0; i < state.size(); ++i) {
    const double difference = std::abs(double(state[i]) - double(anchor_state[i]));
    if (std::isnan(difference)) {
      throw Error("gate state",
                  fmt::format("expected a number at index {}, got {} (anchor {})", i, state[i], anchor_state[i]));
    }
    drift = std::max(drift, difference);
  }
  return drift;
}

}  // namespace awd
