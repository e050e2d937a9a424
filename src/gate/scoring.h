// Computes the score of one signal for decide().
#pragma once

#include "awd/gate.h"

namespace awd {

/// Fills what `scores` has for `signal`, and what comes with it at no cost; leaves NaN where an input is absent.
/// `state` has observed the frame; frame and anchor fit each other.
void score_signal(GateSignal signal, const Frame& frame, const Anchor& anchor, const GateOptions& options,
                  const GateState& state, Scores& scores);

/// Steps until the plan switches the gripper; NaN where it does not or is not known.
double score_switch(const Frame& frame);

}  // namespace awd
