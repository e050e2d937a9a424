// Adds up the episodes of each arm and derives the printed numbers; their definitions are here and in docs/formats.md,
// nowhere else.
#include "analysis/summary.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <string_view>

#include "base/check.h"

namespace awd {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

double ratio(double numerator, double denominator) { return denominator > 0 ? numerator / denominator : kNaN; }

LatencySummary latency(const std::vector<double>& samples_ms) {
  return {.n = std::int64_t(samples_ms.size()),
          .p50_ms = quantile(samples_ms, 0.5),
          .p95_ms = quantile(samples_ms, 0.95),
          .p99_ms = quantile(samples_ms, 0.99),
          .p50_ci95 = quantile_interval(samples_ms, 0.5),
          .p95_ci95 = quantile_interval(samples_ms, 0.95),
          .p99_ci95 = quantile_interval(samples_ms, 0.99)};
}

/// H of "fixed:H"; 0 for any other arm.
int fixed_steps(const std::string& arm) {
  constexpr std::string_view kPrefix = "fixed:";
  int steps = 0;
  if (arm.starts_with(kPrefix)) std::from_chars(arm.data() + kPrefix.size(), arm.data() + arm.size(), steps);
  return steps;
}

TaskSummary& task_of(std::vector<TaskSummary>& tasks, const std::string& name) {
  const auto found = std::find_if(tasks.begin(), tasks.end(), [&](const TaskSummary& t) { return t.task == name; });
  if (found != tasks.end()) return *found;
  tasks.push_back({.task = name});
  return tasks.back();
}

}  // namespace

std::vector<ArmInfo> summary_rows(const std::vector<std::string>& scenarios, const std::vector<ArmInfo>& arms) {
  std::vector<ArmInfo> rows;
  for (const std::string& scenario : scenarios) {
    for (const ArmInfo& arm : arms) {
      rows.push_back(arm);
      rows.back().scenario = scenario;
    }
  }
  return rows;
}

RunSummary::RunSummary(std::vector<ArmInfo> rows) {
  for (ArmInfo& row : rows) {
    tallies_.emplace_back();
    tallies_.back().sum.arm = std::move(row);
  }
}

void RunSummary::add(const EpisodeLog& episode, std::span<const StepLog> steps) {
  const auto found = std::find_if(tallies_.begin(), tallies_.end(), [&](const Tally& t) {
    return t.sum.arm.name == episode.arm && t.sum.arm.scenario == episode.scenario;
  });
  AWD_CHECK(found != tallies_.end(), "episode of unknown arm \"{}\" in \"{}\"", episode.arm, episode.scenario);
  Tally& tally = *found;
  ArmSummary& sum = tally.sum;

  const int success = episode.success ? 1 : 0;
  sum.episodes += 1;
  sum.successes += success;
  TaskSummary& task = task_of(sum.tasks, episode.task);
  task.episodes += 1;
  task.successes += success;
  tally.success[{episode.task, episode.seed}] = episode.success;

  sum.steps += episode.steps;
  sum.full_queries += episode.full_queries;
  tally.episodes.push_back(episode);
  tally.episodes.back().events.clear();
  sum.false_recomputes += episode.false_recomputes;
  for (int i = 0; i < kReasonCount; ++i) sum.reasons[i] += episode.reasons[i];
  tally.policy_ms += episode.policy_ms;
  tally.query_work += episode.query_work;
  add_events(episode, tally);
  add_steps(steps, tally);
}

void RunSummary::add_events(const EpisodeLog& episode, Tally& tally) {
  for (const EventLog& event : episode.events) {
    tally.sum.reaction.events += 1;
    if (!event.delay) continue;
    tally.sum.reaction.reacted += *event.delay <= kReactionSteps ? 1 : 0;
    tally.delays.push_back(*event.delay);
  }
}

void RunSummary::add_steps(std::span<const StepLog> steps, Tally& tally) {
  for (const StepLog& step : steps) {
    const StepTiming& timing = step.timing;
    const bool is_full = step.decision.verdict == Verdict::kRecompute;
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

void RunSummary::add_intervals(const Tally& tally, ArmSummary& sum) {
  const auto shares = [&](auto part, auto whole) {
    std::vector<EpisodeShare> out;
    for (const EpisodeLog& episode : tally.episodes) {
      const double all = whole(episode);
      out.push_back({std::clamp<double>(part(episode), 0, all), all});
    }
    return out;
  };
  const auto steps = [](const EpisodeLog& e) { return double(e.steps); };
  const auto rest = [](const EpisodeLog& e) { return std::max(0.0, double(e.steps) - 1); };
  sum.reuse_ci95 = share_interval(shares([](const EpisodeLog& e) { return e.steps - e.full_queries; }, rest));
  sum.full_queries_ci95 = share_interval(shares([](const EpisodeLog& e) { return e.full_queries; }, steps));
  sum.query_work_ci95 = share_interval(shares([](const EpisodeLog& e) { return e.query_work; }, steps));
  sum.false_recompute_ci95 = share_interval(shares([](const EpisodeLog& e) { return e.false_recomputes; }, steps));

  std::vector<EpisodeShare> lengths, times;
  for (const EpisodeLog& episode : tally.episodes) {
    lengths.push_back({double(episode.steps), 1});
    times.push_back({episode.policy_ms, double(episode.steps)});
  }
  sum.steps_ci95 = ratio_interval(lengths);
  const Interval ms = ratio_interval(times);
  sum.hz_ci95 = {1000 / ms.high, ms.low > 0 ? 1000 / ms.low : kNaN};
}

void RunSummary::finish(const Tally& tally, ArmSummary& sum) {
  const double steps = double(sum.steps);
  sum.success_rate = ratio(double(sum.successes), double(sum.episodes));
  sum.ci95 = wilson_interval(sum.successes, sum.episodes);
  for (TaskSummary& task : sum.tasks) task.ci95 = wilson_interval(task.successes, task.episodes);
  sum.steps_per_episode = ratio(steps, double(sum.episodes));
  // Every episode's first step is a full query by construction, so it is left out of the rate.
  sum.reuse_rate = ratio(steps - double(sum.full_queries), steps - double(sum.episodes));
  sum.full_queries_per_step = ratio(double(sum.full_queries), steps);
  sum.query_work = ratio(tally.query_work, steps);
  sum.false_recompute_rate = ratio(double(sum.false_recomputes), steps);
  sum.reaction.ci95 = wilson_interval(sum.reaction.reacted, sum.reaction.events);
  sum.reaction.median_delay = quantile(tally.delays, 0.5);
  sum.hz = ratio(1000 * steps, tally.policy_ms);
  sum.full = latency(tally.full);
  sum.reuse = latency(tally.reuse);
  sum.gate = latency(tally.gate);
  sum.vision = latency(tally.vision);
  sum.prefix = latency(tally.prefix);
  sum.denoise = latency(tally.denoise);
  add_intervals(tally, sum);
}

std::vector<const RunSummary::Tally*> RunSummary::references(const std::string& scenario) const {
  const Tally *first = nullptr, *none = nullptr, *open_loop = nullptr, *matched = nullptr;
  int longest = 0;
  const bool any_ran = std::ranges::any_of(tallies_, [](const Tally& tally) { return tally.sum.episodes > 0; });
  for (const Tally& tally : tallies_) {
    const ArmInfo& arm = tally.sum.arm;
    if (arm.scenario != scenario || (any_ran && tally.sum.episodes == 0)) continue;
    if (first == nullptr) first = &tally;
    if (arm.name == "none") none = &tally;
    if (arm.name.starts_with("random:matched") && matched == nullptr) matched = &tally;
    if (const int steps = fixed_steps(arm.name); steps > longest) {
      longest = steps;
      open_loop = &tally;
    }
  }
  std::vector<const Tally*> references;
  for (const Tally* tally : {none != nullptr ? none : first, open_loop, matched}) {
    if (tally != nullptr && std::ranges::find(references, tally) == references.end()) references.push_back(tally);
  }
  return references;
}

std::vector<ArmSummary> RunSummary::arms() const {
  std::vector<ArmSummary> out;
  for (const Tally& tally : tallies_) {
    ArmSummary sum = tally.sum;
    finish(tally, sum);
    const std::vector<const Tally*> others = references(sum.arm.scenario);
    for (const Tally* reference : others) {
      if (reference != &tally) sum.comparisons.push_back(compare(tally, *reference));
    }
    if (!sum.comparisons.empty() && others.front() != &tally) sum.paired = sum.comparisons.front();
    out.push_back(std::move(sum));
  }
  return out;
}

}  // namespace awd
