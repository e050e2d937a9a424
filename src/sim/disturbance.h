// Disturbances of demonstrations: short bursts of wrong actions that the expert then has to make good on record.
#pragma once

#include <vector>

#include "base/rng.h"
#include "sim/expert.h"

namespace awd::sim {

/// 2 to 6 equal wrong actions for the stage the expert is in: a drift, a wrong gripper, a dive or a pull.
std::vector<Action> draw_burst(Rng& rng, ExpertStage stage);

/// Chance of a burst after a step in that stage.
double burst_probability(ExpertStage stage);

}  // namespace awd::sim
