// What an episode's steps add up to: the counts in episodes.jsonl, so that summaries need no step log.
#pragma once

#include <span>

#include "io/episode_log.h"

namespace awd {

/// A recompute within this many steps of an observable change is never counted as false.
inline constexpr int kEventMemorySteps = 10;

/// Whether a recompute for this reason says "something is different": rules of the runtime, schedules and vetoes that
/// look at no change are no such claim.
bool is_alarm(Reason reason);

/// Fills every count of `episode` that follows from its steps (steps, full_queries, query_work, false_recomputes,
/// reasons, events, policy_ms). A false recompute is an alarm with no change observable since the anchor and none in
/// the last kEventMemorySteps steps.
void tally_steps(std::span<const StepLog> steps, EpisodeLog& episode);

}  // namespace awd
