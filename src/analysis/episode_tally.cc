// Counts the steps of one episode: sums, alarms without a cause, and how soon each change was followed by a query.
#include "analysis/episode_tally.h"

namespace awd {
namespace {

/// The changes of an episode with the delay of the first full query that could see each. A change that takes several
/// steps counts once, from its first.
std::vector<EventLog> find_events(std::span<const StepLog> steps) {
  std::vector<EventLog> events;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    if (steps[i].event.empty() || (i > 0 && steps[i - 1].event == steps[i].event)) continue;
    EventLog event{.event = steps[i].event, .step = int(i), .delay = {}};
    for (std::size_t k = i; k < steps.size() && !event.delay; ++k) {
      if (steps[k].decision.verdict == Verdict::kRecompute) event.delay = int(k - i);
    }
    events.push_back(std::move(event));
  }
  return events;
}

}  // namespace

bool is_alarm(Reason reason) {
  // Reasons are ordered: rules of the runtime, schedules and vetoes; then the signals; then reuse.
  return reason >= Reason::kStateGuard && reason != Reason::kReuse;
}

bool EventMemory::has_cause(const StepLog& step) {
  if (!step.event.empty()) last_event_ = step.step;
  const int anchor = step.step - step.decision.age;
  return last_event_ > anchor || step.step - last_event_ <= kEventMemorySteps;
}

void tally_steps(std::span<const StepLog> steps, EpisodeLog& episode) {
  episode.steps = int(steps.size());
  episode.full_queries = 0;
  episode.query_work = 0;
  episode.false_recomputes = 0;
  episode.reasons = {};
  episode.policy_ms = 0;
  episode.events = find_events(steps);
  EventMemory memory;
  for (const StepLog& step : steps) {
    const bool is_full = step.decision.verdict == Verdict::kRecompute;
    const bool has_cause = memory.has_cause(step);
    episode.full_queries += is_full ? 1 : 0;
    episode.query_work += step.query_work;
    episode.false_recomputes += is_full && is_alarm(step.decision.reason) && !has_cause ? 1 : 0;
    episode.reasons[std::size_t(step.decision.reason)] += 1;
    episode.policy_ms += step.timing.total_ms;
  }
}

}  // namespace awd
