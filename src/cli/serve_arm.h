// The arm that a server runs: any arm of `awd eval`, limited so that every reply has the rows that a client executes.
#pragma once

#include <string>
#include <vector>

#include "runtime/arm.h"
#include "server/observe/live_feed.h"

namespace awd::cli {

/// Reads the arm and, for modes whose chunk runs out, makes a query due before fewer than `replan_steps` rows are left.
/// Throws awd::Error on an unknown arm, one that needs a run beside it or a simulator (random:matched, oracle), one
/// that reuses although replan_steps is 0, and where replan_steps exceeds the horizon.
Arm served_arm(const std::string& text, int replan_steps, int horizon);

/// The scores that this gate compares with limits of its own.
std::vector<server::ScoreLimit> gate_limits(const GateOptions& gate);

}  // namespace awd::cli
