// Arms whose options are known only when another arm has run: random truncation at that arm's rate of queries.
#pragma once

#include <filesystem>
#include <utility>
#include <vector>

#include "cli/eval_plan.h"

namespace awd::cli {

inline constexpr const char* kMatchedFile = "matched.json";  // beside the plan

/// What a matched arm became in one scenario.
struct MatchedArm {
  std::string arm;
  std::string scenario;
  std::string to;                    // the arm whose rate it has
  double full_queries_per_step = 0;  // of that arm, in that scenario
  double probability = 0;            // of a recompute at every step
};

/// Jobs of arms that are known from the start, and those of matched arms. Throws awd::Error when there is no arm to
/// match one to.
std::pair<std::vector<int>, std::vector<int>> split_matched_jobs(const EvalPlan& plan);

/// Works out the matched arms from the finished episodes in the shards of `folder` and writes kMatchedFile there.
/// `horizon` is the policy's.
void write_matched_arms(const std::filesystem::path& folder, const EvalPlan& plan, int horizon);

/// What write_matched_arms() wrote; empty without the file.
std::vector<MatchedArm> read_matched_arms(const std::filesystem::path& file);

/// The arms of every scenario, [scenario][arm], matched ones as the file says.
std::vector<std::vector<Arm>> resolve_arms(const EvalPlan& plan, const std::filesystem::path& matched_file);

}  // namespace awd::cli
