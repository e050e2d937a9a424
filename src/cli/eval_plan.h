// The plan of an evaluation: everything that decides the outcome of its episodes, shared by all processes of the run.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "cli/eval_jobs.h"
#include "cli/eval_options.h"
#include "cli/plan_file.h"
#include "runtime/arm.h"

namespace awd::cli {

struct EvalPlan {
  EvalOptions options;
  PlannedPolicy policy;
  std::vector<Arm> arms;
  std::vector<std::string> tasks;
  std::vector<std::string> scenarios;
  std::vector<EpisodeJob> jobs;
};

/// Works out the lists. Throws awd::Error on unknown arms, tasks or scenarios, a task named that a scenario does not
/// support, and an absent policy.
EvalPlan make_plan(const EvalOptions& options, const EngineOptions& engine);

/// The plan as JSON for the workers (plan_file.h), and read back from such a file.
std::string plan_json(const EvalPlan& plan);
EvalPlan read_plan(const std::filesystem::path& file);

/// "all", or scenarios separated by commas outside braces. Throws awd::Error on an unknown one or one that comes twice.
std::vector<std::string> parse_scenario_list(const std::string& text);

/// For every scenario the indices into `tasks` that it supports. Throws awd::Error when it supports none of them, or,
/// with `is_strict`, not all.
std::vector<std::vector<int>> supported_tasks(const std::vector<std::string>& scenarios,
                                              const std::vector<std::string>& tasks, bool is_strict);

}  // namespace awd::cli
