// How a score meets its limit: fixed or percentile of its own history, smoothed, k of the last n.
#pragma once

#include "awd/gate.h"

namespace awd {

/// Takes the score of the present step (age of the frame) into `history` and says whether the signal fires. Smoothing
/// and votes start again at every anchor, the percentile's history does not. NaN never fires and leaves no trace.
[[nodiscard]] bool fires(double score, double limit, const RuleOptions& rules, int age, GateState::History& history);

}  // namespace awd
