// End-effector signals: how far has it moved and turned since the anchor, whatever the fingers and the wrap at pi do?
#pragma once

#include <span>

#include "awd/gate.h"
#include "gate/rotation.h"

namespace awd {

/// Euclidean distance between the positions [3] of two states that start at `index`, m.
double tcp_drift(std::span<const float> state, std::span<const float> anchor_state, int index);

/// Angle between the rotations whose vectors [3] start at `index`, rad in [0, pi]: distance on SO(3), so that a vector
/// near pi and its neighbour near -pi are close.
double rotation_drift(std::span<const float> state, std::span<const float> anchor_state, int index);

/// Whether `state` has `count` values from `index` on.
inline bool state_holds(std::span<const float> state, int index, int count) {
  return int(state.size()) >= index + count;
}

/// The rotation whose vector starts at `index`.
inline Rotation rotation_of(std::span<const float> state, int index) {
  return rotation_from_vector(state.subspan(index).first<3>());
}

}  // namespace awd
