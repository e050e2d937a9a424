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

/// Remembers, step by step, when something last happened in an episode.
class EventMemory {
 public:
  /// To be called with every step, in order. Whether a recompute at this step has a cause: a change observable since
  /// the anchor, or within the last kEventMemorySteps steps.
  bool has_cause(const StepLog& step);

 private:
  int last_event_ = -kEventMemorySteps - 1;  // long before the first step
};

/// Fills every count of `episode` that follows from its steps (steps, full_queries, query_work, false_recomputes,
/// reasons, events, policy_ms). A false recompute is an alarm without a cause (EventMemory).
void tally_steps(std::span<const StepLog> steps, EpisodeLog& episode);

}  // namespace awd
