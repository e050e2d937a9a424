// Finds the probability of each matched arm in each scenario from the finished episodes of the arm it is matched to.
#include "cli/matched_arms.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <map>

#include "analysis/signals/matched_random.h"
#include "awd/error.h"
#include "cli/options_cli.h"
#include "io/run_directory.h"

namespace awd::cli {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

/// Index of the arm that `arm` is to be matched to.
int target_arm(const EvalPlan& plan, const Arm& arm) {
  const std::string& wanted = *arm.matched_to;
  for (std::size_t i = 0; i < plan.arms.size(); ++i) {
    const Arm& other = plan.arms[i];
    if (other.matched_to) continue;
    if (wanted.empty() ? is_gated(other) : other.name == wanted) return int(i);
  }
  throw Error("arm " + arm.name, wanted.empty()
                                     ? std::string("expected a gate among the arms to be matched to, got none")
                                     : fmt::format("expected \"{}\" among the arms, got no such name", wanted));
}

/// Steps and queries of every arm in every scenario, from the shards.
struct Rate {
  std::int64_t episodes = 0, steps = 0, full_queries = 0;
};
using Rates = std::map<std::pair<std::string, std::string>, Rate>;  // scenario, arm

Rates read_rates(const fs::path& folder) {
  Rates rates;
  visit_shards(folder, [&](const EpisodeLog& episode) {
    Rate& rate = rates[{episode.scenario, episode.arm}];
    rate.episodes += 1;
    rate.steps += episode.steps;
    rate.full_queries += episode.full_queries;
  });
  return rates;
}

MatchedArm match(const Arm& arm, const Arm& to, const std::string& scenario, const Rate& rate, int horizon) {
  const double queries = double(rate.full_queries) / double(rate.steps);
  const int longest = arm.reuse.execute > 0 ? arm.reuse.execute : horizon;
  const int steps = int(std::lround(double(rate.steps) / double(rate.episodes)));
  return {.arm = arm.name,
          .scenario = scenario,
          .to = to.name,
          .full_queries_per_step = queries,
          .probability = matched_probability({.full_queries_per_step = queries, .steps = steps, .longest = longest})};
}

}  // namespace

std::pair<std::vector<int>, std::vector<int>> split_matched_jobs(const EvalPlan& plan) {
  for (const Arm& arm : plan.arms) {
    if (arm.matched_to) (void)target_arm(plan, arm);
  }
  std::pair<std::vector<int>, std::vector<int>> jobs;
  for (const EpisodeJob& job : plan.jobs) {
    (plan.arms[std::size_t(job.arm)].matched_to ? jobs.second : jobs.first).push_back(job.episode);
  }
  return jobs;
}

void write_matched_arms(const fs::path& folder, const EvalPlan& plan, int horizon) {
  const Rates rates = read_rates(folder);
  Json list = Json::array();
  for (const std::string& scenario : plan.scenarios) {
    for (const Arm& arm : plan.arms) {
      if (!arm.matched_to) continue;
      const Arm& to = plan.arms[std::size_t(target_arm(plan, arm))];
      const MatchedArm found = match(arm, to, scenario, rates.at({scenario, to.name}), horizon);
      list.push_back({{"arm", found.arm},
                      {"scenario", found.scenario},
                      {"to", found.to},
                      {"full_queries_per_step", found.full_queries_per_step},
                      {"probability", found.probability}});
    }
  }
  write_file_atomically(folder / kMatchedFile, list.dump(2) + "\n");
}

std::vector<MatchedArm> read_matched_arms(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::vector<MatchedArm> arms;
  if (!stream) return arms;
  for (const Json& entry : Json::parse(stream)) {
    arms.push_back({.arm = entry.at("arm"),
                    .scenario = entry.at("scenario"),
                    .to = entry.at("to"),
                    .full_queries_per_step = entry.at("full_queries_per_step"),
                    .probability = entry.at("probability")});
  }
  return arms;
}

std::vector<std::vector<Arm>> resolve_arms(const EvalPlan& plan, const fs::path& matched_file) {
  std::vector<std::vector<Arm>> arms(plan.scenarios.size(), plan.arms);
  for (const MatchedArm& found : read_matched_arms(matched_file)) {
    const auto scenario = std::ranges::find(plan.scenarios, found.scenario) - plan.scenarios.begin();
    const auto arm = std::ranges::find(plan.arms, found.arm, &Arm::name) - plan.arms.begin();
    Arm& resolved = arms.at(std::size_t(scenario)).at(std::size_t(arm));
    resolved.gate.random_share = found.probability;
    resolved.matched_to.reset();
  }
  return arms;
}

}  // namespace awd::cli
