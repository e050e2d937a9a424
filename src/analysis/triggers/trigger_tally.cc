// One pass over every episode's steps; quantiles, limits and intervals are made at the end.
#include "analysis/triggers/trigger_tally.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "analysis/episode_tally.h"

namespace awd {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// The score of a signal with the reason it gives when it fires.
struct LoggedSignal {
  GateSignal signal;
  Reason reason;
  double Scores::*score;
};
constexpr std::array<LoggedSignal, kGateSignalCount> kLoggedSignals{{
    {GateSignal::kStateDrift, Reason::kStateGuard, &Scores::state_drift},
    {GateSignal::kJointDrift, Reason::kJointDrift, &Scores::joint_drift},
    {GateSignal::kTcpDrift, Reason::kTcpDrift, &Scores::tcp_drift},
    {GateSignal::kRotationDrift, Reason::kRotationDrift, &Scores::rotation_drift},
    {GateSignal::kPositionResidual, Reason::kPositionResidual, &Scores::position_residual},
    {GateSignal::kRotationResidual, Reason::kRotationResidual, &Scores::rotation_residual},
    {GateSignal::kGripperResidual, Reason::kGripperResidual, &Scores::gripper_residual},
    {GateSignal::kMaskedResidual, Reason::kMaskedResidual, &Scores::masked_residual},
    {GateSignal::kSceneMotion, Reason::kSceneMotion, &Scores::scene_motion},
    {GateSignal::kCompensatedDrift, Reason::kCompensatedDrift, &Scores::compensated_drift},
    {GateSignal::kRawDrift, Reason::kRawDrift, &Scores::raw_drift},
    {GateSignal::kWeightedDrift, Reason::kVisionDrift, &Scores::weighted_drift},
    {GateSignal::kLocalOutlier, Reason::kLocalOutlier, &Scores::local_outlier},
    {GateSignal::kDissimilarity, Reason::kCosine, &Scores::cosine},
    {GateSignal::kPatchChange, Reason::kPatchChange, &Scores::patch_change},
}};

double score_of(const LoggedSignal& signal, const Scores& scores) {
  const double score = scores.*signal.score;
  return signal.signal == GateSignal::kDissimilarity ? 1 - score : score;
}

/// A phase's place among the rows of a table: as in a task, then what is named otherwise.
int phase_rank(const std::string& phase) {
  constexpr std::array<std::string_view, 7> kOrder{"reach", "grasp", "lift", "move", "place", "open", "closed"};
  return int(std::ranges::find(kOrder, phase) - kOrder.begin());
}

ReasonCounts& counts_of(const std::string& name, std::vector<NamedCounts>& list) {
  auto found = std::ranges::find(list, name, &NamedCounts::name);
  if (found == list.end()) found = list.insert(list.end(), {name, {}});
  return found->counts;
}

StepQuantiles quantiles_of(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return {.n = std::int64_t(values.size()),
          .mean = values.empty() ? kNone : sum / double(values.size()),
          .p10 = quantile(values, 0.1),
          .p50 = quantile(values, 0.5),
          .p90 = quantile(values, 0.9),
          .max = quantile(values, 1)};
}

SignalScores signal_scores(const LoggedSignal& signal, const std::vector<float>& logged, const ReasonCounts& all,
                           double target_rate) {
  const std::vector<double> values(logged.begin(), logged.end());
  const double wanted = target_rate * double(all.total()) / double(values.size());  // share of the scored steps
  return {.signal = signal.signal,
          .n = std::int64_t(values.size()),
          .fired = all.of(signal.reason),
          .p50 = quantile(values, 0.5),
          .p90 = quantile(values, 0.9),
          .p99 = quantile(values, 0.99),
          .target_limit = wanted <= 1 ? quantile(values, 1 - wanted) : kNone};
}

EpisodeTrace trace_of(const EpisodeLog& episode, std::span<const StepLog> steps) {
  EpisodeTrace trace{.task = episode.task, .reasons = {}, .phases = {}, .events = {}};
  for (const StepLog& step : steps) {
    trace.reasons.push_back(step.decision.reason);
    if (trace.phases.empty() || trace.phases.back().phase != step.phase) {
      trace.phases.push_back({step.step, step.phase});
    }
  }
  for (const EventLog& event : episode.events) trace.events.push_back(event.step);
  return trace;
}

}  // namespace

TriggerTally::Arm& TriggerTally::arm_of(const EpisodeLog& episode) {
  const auto is_it = [&episode](const Arm& arm) {
    return arm.sum.arm == episode.arm && arm.sum.scenario == episode.scenario;
  };
  const auto found = std::ranges::find_if(arms_, is_it);
  if (found != arms_.end()) return *found;
  Arm& arm = arms_.emplace_back();
  arm.sum.arm = episode.arm;
  arm.sum.scenario = episode.scenario;
  return arm;
}

void TriggerTally::add_counts(const EpisodeLog& episode, std::span<const StepLog> steps, Arm& arm) {
  ReasonCounts& task = counts_of(episode.task, arm.sum.tasks);
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const Reason reason = steps[i].decision.reason;
    arm.sum.all.add(reason);
    task.add(reason);
    counts_of(steps[i].phase, arm.sum.phases).add(reason);
    arm.sum.over_episode[i * kTimeBins / steps.size()].add(reason);
    const std::size_t bin = i / kStepBin;
    if (bin >= arm.sum.over_steps.size()) arm.sum.over_steps.resize(bin + 1);
    arm.sum.over_steps[bin].add(reason);
    for (const LoggedSignal& signal : kLoggedSignals) {
      const double score = score_of(signal, steps[i].decision.scores);
      if (std::isfinite(score) && steps[i].decision.age >= 1) arm.scores[signal.signal].push_back(float(score));
    }
  }
}

void TriggerTally::add_reactions(const EpisodeLog& episode, std::span<const StepLog> steps, Arm& arm) {
  EventMemory memory;
  for (const StepLog& step : steps) {
    const bool has_cause = memory.has_cause(step);
    if (step.decision.verdict != Verdict::kRecompute) continue;
    const Reason reason = step.decision.reason;
    if (reason != Reason::kFirstStep) arm.ages.push_back(step.decision.age);
    if (is_alarm(reason) && !has_cause) ++arm.sum.false_triggers[std::size_t(group_of(reason))];
  }
  arm.sum.events += std::int64_t(episode.events.size());
  for (const EventLog& event : episode.events) {
    if (!event.delay) continue;
    arm.delays.push_back(*event.delay);
    const Reason reason = steps[std::size_t(event.step) + std::size_t(*event.delay)].decision.reason;
    ++arm.sum.first_after_event[std::size_t(group_of(reason))];
  }
}

void TriggerTally::add_keys(std::span<const StepLog> steps, Arm& arm) const {
  const std::vector<bool> is_key = key_steps(steps, options_.key_window);
  if (std::ranges::find(is_key, true) == is_key.end()) return;
  arm.state_keys.push_back(count_keys(steps, is_key, ReasonGroup::kState));
  arm.vision_keys.push_back(count_keys(steps, is_key, ReasonGroup::kVision));
}

void TriggerTally::add(const EpisodeLog& episode, std::span<const StepLog> steps, const EpisodeKnowledge& known) {
  Arm& arm = arm_of(episode);
  arm.sum.events_known = arm.sum.events_known && known.events;
  ++arm.sum.episodes;
  add_counts(episode, steps, arm);
  add_reactions(episode, steps, arm);
  add_keys(steps, arm);
  arm.sum.traces.push_back(trace_of(episode, steps));
  arm.sum.traces.back().failed = known.success && !episode.success;
}

std::vector<TriggerSummary> TriggerTally::summaries() const {
  std::vector<TriggerSummary> summaries;
  for (const Arm& arm : arms_) {
    TriggerSummary& sum = summaries.emplace_back(arm.sum);
    std::ranges::stable_sort(sum.phases, {}, [](const NamedCounts& row) { return phase_rank(row.name); });
    sum.state = concentration_of(arm.state_keys, options_.resamples, options_.seed);
    sum.vision = concentration_of(arm.vision_keys, options_.resamples, options_.seed);
    for (const LoggedSignal& signal : kLoggedSignals) {
      const auto found = arm.scores.find(signal.signal);
      if (found == arm.scores.end()) continue;
      sum.scores.push_back(signal_scores(signal, found->second, sum.all, options_.target_rate));
    }
    sum.ages = quantiles_of(arm.ages);
    sum.delays = quantiles_of(arm.delays);
  }
  return summaries;
}

}  // namespace awd
