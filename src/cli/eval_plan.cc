// Turns options into lists of arms, tasks, scenarios and jobs, and back and forth to plan.json.
#include "cli/eval_plan.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "awd/error.h"
#include "base/named_text.h"
#include "server/client/policy_client.h"
#include "sim/scenario/scenario.h"
#include "sim/task.h"

namespace awd::cli {

namespace {
constexpr const char* kCommand = "eval";
constexpr const char* kRemoteArm = "fixed:5";  // openpi's own LIBERO client re-plans every 5 steps
}  // namespace

std::vector<std::string> parse_scenario_list(const std::string& text) {
  if (text == "all") return sim::scenario_names();
  std::vector<std::string> scenarios;
  for (const std::string& scenario : split_outside_braces(text, ',')) {
    (void)sim::resolve_scenario(scenario);
    if (std::ranges::find(scenarios, scenario) != scenarios.end()) {
      throw Error("scenario", fmt::format("expected every scenario once, got \"{}\" twice", scenario));
    }
    scenarios.push_back(scenario);
  }
  return scenarios;
}

std::vector<std::vector<int>> supported_tasks(const std::vector<std::string>& scenarios,
                                              const std::vector<std::string>& tasks, bool is_strict) {
  std::vector<std::vector<int>> supported;
  for (const std::string& scenario : scenarios) {
    std::vector<int>& list = supported.emplace_back();
    for (std::size_t i = 0; i < tasks.size(); ++i) {
      if (sim::supports(scenario, sim::find_task(tasks[i]))) {
        list.push_back(int(i));
      } else if (is_strict) {
        throw Error("tasks", fmt::format("expected tasks that scenario {} supports, got \"{}\"", scenario, tasks[i]));
      }
    }
    if (list.empty()) throw Error("scenario", fmt::format("expected one with a task, got \"{}\"", scenario));
  }
  return supported;
}

EvalPlan make_plan(const EvalOptions& options, const EngineOptions& engine) {
  EvalPlan plan;
  plan.options = options;
  if (!options.remote.empty()) {
    (void)server::parse_address(options.remote);
    plan.options.run.policy = options.remote;
    if (options.arms == EvalOptions{}.arms) plan.options.arms = kRemoteArm;
  }
  plan.arms = parse_arms(plan.options.arms);
  plan.tasks = sim::parse_task_list(options.run.tasks);
  plan.scenarios = parse_scenario_list(options.scenario);
  plan.jobs = plan_jobs({.tasks = supported_tasks(plan.scenarios, plan.tasks, options.run.tasks != "all"),
                         .arms = int(plan.arms.size()),
                         .trials = options.trials,
                         .seed = options.seed});
  plan.policy = plan_policy(plan.options.run.policy, engine);
  return plan;
}

std::string plan_json(const EvalPlan& plan) { return plan_text(kCommand, plan.options, plan.policy); }

EvalPlan read_plan(const std::filesystem::path& file) {
  EvalOptions options;
  PlannedPolicy policy;
  read_plan_text(file, kCommand, options, policy);
  options.run.policy = policy.folder;
  return make_plan(options, policy.engine);
}

}  // namespace awd::cli
