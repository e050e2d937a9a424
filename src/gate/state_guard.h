// Layer 1 of the gate: how far has the robot moved from the anchor state?
#pragma once

#include <span>

#include "awd/gate.h"

namespace awd {

/// The vector the state guard compares: joints where asked for and reported, else the state.
std::span<const float> guarded_state(std::span<const float> state, std::span<const float> joints, StateSource source);

/// max_i |s_i - s_anchor,i|. Throws awd::Error when the lengths differ or a difference is NaN.
double state_drift(std::span<const float> state, std::span<const float> anchor_state);

}  // namespace awd
