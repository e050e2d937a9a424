// Turns arm summaries into results.json. Scripts outside depend on its keys: add keys, never rename one.
#include "analysis/results_json.h"

#include <cmath>
#include <nlohmann/json.hpp>

namespace awd {
namespace {

using Json = nlohmann::ordered_json;

Json number(double value) { return std::isnan(value) ? Json(nullptr) : Json(value); }

Json to_json(const Interval& interval) { return {interval.low, interval.high}; }

Json to_json(const LatencySummary& latency) {
  return {{"p50", number(latency.p50_ms)},
          {"p95", number(latency.p95_ms)},
          {"p99", number(latency.p99_ms)},
          {"n", latency.n}};
}

Json to_json(const PairedSummary& paired) {
  return {{"vs", paired.vs},
          {"diff", paired.difference},
          {"ci95", to_json(paired.ci95)},
          {"p", paired.p},
          {"pairs", paired.counts.n()},
          {"both", paired.counts.both},
          {"only_this", paired.counts.only_a},
          {"only_vs", paired.counts.only_b},
          {"neither", paired.counts.neither}};
}

Json reasons_json(const ArmSummary& arm) {
  Json reasons = Json::object();
  for (int i = 0; i < kReasonCount; ++i) {
    if (arm.reasons[i] > 0) reasons[std::string(word_of(static_cast<Reason>(i)))] = arm.reasons[i];
  }
  return reasons;
}

Json tasks_json(const ArmSummary& arm) {
  Json tasks = Json::array();
  for (const TaskSummary& task : arm.tasks) {
    tasks.push_back({{"task", task.task},
                     {"episodes", task.episodes},
                     {"successes", task.successes},
                     {"success_rate", number(double(task.successes) / double(task.episodes))},
                     {"ci95", to_json(task.ci95)}});
  }
  return tasks;
}

Json to_json(const ReactionSummary& reaction) {
  const double rate = double(reaction.reacted) / double(reaction.events);  // NaN without events
  return {{"events", reaction.events},      {"within_steps", kReactionSteps},
          {"reacted", reaction.reacted},    {"rate", number(rate)},
          {"ci95", to_json(reaction.ci95)}, {"median_delay", number(reaction.median_delay)}};
}

Json comparisons_json(const ArmSummary& arm) {
  Json list = Json::array();
  for (const PairedSummary& paired : arm.comparisons) list.push_back(to_json(paired));
  return list;
}

Json to_json(const ArmSummary& arm) {
  return {{"name", arm.arm.name},
          {"policy", arm.arm.policy},
          {"gate", arm.arm.gate},
          {"mode", arm.arm.mode},
          {"scenario", arm.arm.scenario},
          {"episodes", arm.episodes},
          {"successes", arm.successes},
          {"success_rate", number(arm.success_rate)},
          {"ci95", to_json(arm.ci95)},
          {"reuse_rate", number(arm.reuse_rate)},
          {"full_queries_per_step", number(arm.full_queries_per_step)},
          {"hz", number(arm.hz)},
          {"latency_ms",
           {{"full", to_json(arm.full)},
            {"reuse", to_json(arm.reuse)},
            {"gate", to_json(arm.gate)},
            {"vision", to_json(arm.vision)},
            {"prefix", to_json(arm.prefix)},
            {"denoise", to_json(arm.denoise)}}},
          {"reasons", reasons_json(arm)},
          {"paired", arm.paired ? to_json(*arm.paired) : Json(nullptr)},
          {"steps", arm.steps},
          {"steps_per_episode", number(arm.steps_per_episode)},
          {"full_queries", arm.full_queries},
          {"query_work", number(arm.query_work)},
          {"false_recomputes", arm.false_recomputes},
          {"false_recompute_rate", number(arm.false_recompute_rate)},
          {"reaction", to_json(arm.reaction)},
          {"comparisons", comparisons_json(arm)},
          {"tasks", tasks_json(arm)}};
}

}  // namespace

std::string results_json(std::span<const ArmSummary> arms) {
  Json list = Json::array();
  for (const ArmSummary& arm : arms) list.push_back(to_json(arm));
  return Json{{"arms", std::move(list)}}.dump(2) + "\n";
}

}  // namespace awd
