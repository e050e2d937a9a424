// Disturbances of demonstrations: short bursts of wrong actions that the expert then has to make good on record.
#pragma once

#include <array>
#include <vector>

#include "base/rng.h"
#include "sim/expert.h"

namespace awd::sim {

/// 2 to 6 equal wrong actions [7] for the stage the expert is in: a drift, a wrong gripper, a dive or a pull.
std::vector<std::array<float, 7>> draw_burst(Rng& rng, ExpertStage stage);

/// Chance of a burst after a step in that stage.
double burst_probability(ExpertStage stage);

}  // namespace awd::sim
