// The one place where an observation is checked before it reaches gate and engine.
#pragma once

#include <span>
#include <string_view>

#include "awd/policy.h"

namespace awd {

/// Throws awd::Error naming field, expected and got unless `observation` fits `info`: number and size of pictures
/// (an empty view is a missing camera; at least one must be there), state length, no NaN or infinity in state or
/// joints.
void check_observation(const Observation& observation, const PolicyInfo& info);

/// Throws awd::Error naming `field` and the first of its values that is NaN or infinite.
void check_finite(std::span<const float> values, std::string_view field);

}  // namespace awd
