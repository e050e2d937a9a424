// Key steps of a logged episode, and whether a guard's triggers gather there.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "analysis/triggers/trigger_summary.h"
#include "io/episode_log.h"

namespace awd {

/// For every step whether it is at most `window` steps from a switch of the gripper: by the logged actions; where a
/// step has none, by its phase (closed while lifting and moving). All false where nothing switches.
std::vector<bool> key_steps(std::span<const StepLog> steps, int window);

/// One episode's share in a Concentration.
struct KeyCounts {
  std::int64_t steps = 0, key_steps = 0, triggers = 0, key_triggers = 0;
};

/// Counts over all steps but the first; a trigger is a step whose reason is of `group`.
KeyCounts count_keys(std::span<const StepLog> steps, const std::vector<bool>& is_key, ReasonGroup group);

/// The same counts, resamples and seed give the same bits.
Concentration concentration_of(std::span<const KeyCounts> episodes, int resamples, std::uint64_t seed);

}  // namespace awd
