// Adds up the episodes of each arm and derives the printed numbers; their definitions are here and in docs/formats.md,
// nowhere else.
#include "analysis/summary.h"

#include <algorithm>
#include <limits>

#include "base/check.h"

namespace awd {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

double ratio(double numerator, double denominator) { return denominator > 0 ? numerator / denominator : kNaN; }

LatencySummary latency(const std::vector<double>& samples_ms) {
  return {std::int64_t(samples_ms.size()), quantile(samples_ms, 0.5), quantile(samples_ms, 0.95),
          quantile(samples_ms, 0.99)};
}

TaskSummary& task_of(std::vector<TaskSummary>& tasks, const std::string& name) {
  const auto found = std::find_if(tasks.begin(), tasks.end(), [&](const TaskSummary& t) { return t.task == name; });
  if (found != tasks.end()) return *found;
  tasks.push_back({.task = name});
  return tasks.back();
}

}  // namespace

RunSummary::RunSummary(std::vector<ArmInfo> arms) {
  for (ArmInfo& arm : arms) {
    tallies_.emplace_back();
    tallies_.back().sum.arm = std::move(arm);
  }
}

void RunSummary::add(const EpisodeLog& episode, std::span<const StepLog> steps) {
  const auto found =
      std::find_if(tallies_.begin(), tallies_.end(), [&](const Tally& t) { return t.sum.arm.name == episode.arm; });
  AWD_CHECK(found != tallies_.end(), "episode of unknown arm \"{}\"", episode.arm);
  Tally& tally = *found;
  ArmSummary& sum = tally.sum;

  const int success = episode.success ? 1 : 0;
  sum.episodes += 1;
  sum.successes += success;
  TaskSummary& task = task_of(sum.tasks, episode.task);
  task.episodes += 1;
  task.successes += success;
  tally.success[{episode.task, episode.seed}] = episode.success;

  for (const StepLog& step : steps) {
    const bool is_full = step.decision.verdict == Verdict::kRecompute;
    const StepTiming& timing = step.timing;
    sum.steps += 1;
    sum.full_queries += is_full ? 1 : 0;
    sum.reasons[std::size_t(step.decision.reason)] += 1;
    tally.policy_ms += timing.total_ms;
    (is_full ? tally.full : tally.reuse).push_back(timing.total_ms);
    if (timing.gate_ms > 0) tally.gate.push_back(timing.gate_ms);
    if (timing.vision_ms > 0) tally.vision.push_back(timing.vision_ms);
    if (timing.prefix_ms > 0) tally.prefix.push_back(timing.prefix_ms);
    if (timing.denoise_ms > 0) tally.denoise.push_back(timing.denoise_ms);
  }
}

PairedSummary RunSummary::compare(const Tally& arm, const Tally& reference) {
  PairedSummary paired{.vs = reference.sum.arm.name};
  for (const auto& [key, success] : arm.success) {
    const auto other = reference.success.find(key);
    if (other == reference.success.end()) continue;
    std::int64_t& count = success ? (other->second ? paired.counts.both : paired.counts.only_a)
                                  : (other->second ? paired.counts.only_b : paired.counts.neither);
    ++count;
  }
  paired.difference = paired_difference(paired.counts);
  paired.ci95 = paired_difference_interval(paired.counts);
  paired.p = mcnemar_exact_p(paired.counts);
  return paired;
}

std::vector<ArmSummary> RunSummary::arms() const {
  auto reference =
      std::find_if(tallies_.begin(), tallies_.end(), [](const Tally& tally) { return tally.sum.arm.name == "none"; });
  if (reference == tallies_.end()) reference = tallies_.begin();

  std::vector<ArmSummary> out;
  for (const Tally& tally : tallies_) {
    ArmSummary sum = tally.sum;
    const double steps = double(sum.steps);
    sum.success_rate = ratio(double(sum.successes), double(sum.episodes));
    sum.ci95 = wilson_interval(sum.successes, sum.episodes);
    for (TaskSummary& task : sum.tasks) task.ci95 = wilson_interval(task.successes, task.episodes);
    sum.steps_per_episode = ratio(steps, double(sum.episodes));
    // Every episode's first step is a full query by construction, so it is left out of the rate.
    sum.reuse_rate = ratio(steps - double(sum.full_queries), steps - double(sum.episodes));
    sum.full_queries_per_step = ratio(double(sum.full_queries), steps);
    sum.hz = ratio(1000 * steps, tally.policy_ms);
    sum.full = latency(tally.full);
    sum.reuse = latency(tally.reuse);
    sum.gate = latency(tally.gate);
    sum.vision = latency(tally.vision);
    sum.prefix = latency(tally.prefix);
    sum.denoise = latency(tally.denoise);
    if (&tally != &*reference) sum.paired = compare(tally, *reference);
    out.push_back(std::move(sum));
  }
  return out;
}

}  // namespace awd
