// Builds arms from thresholds and hands them to the evaluation.
#include "cli/drift/closed_loop.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "awd/error.h"
#include "cli/eval_plan.h"
#include "cli/evaluation.h"
#include "runtime/reuse_options.h"
#include "sim/task.h"

namespace awd::cli {
namespace {

constexpr std::array kModes{ReuseMode::kRestart, ReuseMode::kAligned};

std::string arm_name(const ThresholdPair& pair, ReuseMode mode) {
  return fmt::format("{}_{}", pair.source, word_of(mode));
}

/// "anchor_restart{gate=awd,...}"
std::string arm_text(const ThresholdPair& pair, ReuseMode mode, int horizon, const DriftOptions& options) {
  const std::string limit = mode == ReuseMode::kAligned ? fmt::format(",execute={}", horizon) : "";
  return fmt::format(
      "{}{{gate=awd,mode={},state_threshold={},drift_threshold={},pool={},dilation={},state_source={},pixel_range={},"
      "camera_reduce={}{}}}",
      arm_name(pair, mode), word_of(mode), pair.state, pair.drift, options.pool, options.dilation,
      word_of(options.state_source), word_of(options.pixel_range), word_of(options.camera_reduce), limit);
}

ClosedLoopRate rate_of(const ArmSummary& arm, ReuseMode mode, int horizon) {
  return {.mode = std::string(word_of(mode)),
          .horizon = mode == ReuseMode::kAligned ? horizon : 0,
          .episodes = arm.episodes,
          .successes = arm.successes,
          .success_ci95 = arm.ci95,
          .reuse_rate = arm.reuse_rate,
          .full_queries_per_step = arm.full_queries_per_step};
}

}  // namespace

std::vector<std::string> known_tasks(const std::vector<RecordedEpisode>& episodes) {
  const std::vector<std::string> ours = sim::parse_task_list("all");
  std::vector<std::string> tasks;
  for (const RecordedEpisode& episode : episodes) {
    const bool is_ours = std::ranges::find(ours, episode.task) != ours.end();
    if (is_ours && std::ranges::find(tasks, episode.task) == tasks.end()) tasks.push_back(episode.task);
  }
  return tasks;
}

void expect_closed_loop(const DriftOptions& options, const std::string& policy, const std::vector<std::string>& tasks) {
  if (policy.empty() || tasks.empty()) {
    throw Error("option closed_loop", fmt::format("expected a recording of our tasks and a policy that fits it, got {}",
                                                  policy.empty() ? "no policy" : "none of our tasks"));
  }
  (void)parse_scenario_list(options.closed_loop_scenario);
}

std::string measure_closed_loop(const DriftOptions& options, const EngineOptions& engine, const std::string& policy,
                                int horizon, const std::vector<std::string>& tasks, const std::filesystem::path& out,
                                std::vector<ThresholdPair>& pairs) {
  std::vector<std::string> arms;
  for (const ThresholdPair& pair : pairs) {
    for (const ReuseMode mode : kModes) arms.push_back(arm_text(pair, mode, horizon, options));
  }
  EvalOptions eval;
  eval.arms = fmt::format("{}", fmt::join(arms, ","));
  eval.run.tasks = fmt::format("{}", fmt::join(tasks, ","));
  eval.trials = options.closed_loop;
  eval.scenario = options.closed_loop_scenario;
  eval.seed = options.seed;
  eval.run.policy = policy;
  eval.run.processes = options.walk.threads;
  eval.output.out = out.string();
  eval.video = false;
  const Evaluation evaluation = run_evaluation(eval, engine);
  for (ThresholdPair& pair : pairs) {
    for (const ReuseMode mode : kModes) {
      const auto arm = std::ranges::find(evaluation.arms, arm_name(pair, mode),
                                         [](const ArmSummary& summary) { return summary.arm.name; });
      if (arm != evaluation.arms.end()) pair.closed_loop.push_back(rate_of(*arm, mode, horizon));
    }
  }
  return fmt::format("measured on {} tasks x {} episodes, scenario {}, seeds from {}", tasks.size(),
                     options.closed_loop, options.closed_loop_scenario, options.seed);
}

}  // namespace awd::cli
