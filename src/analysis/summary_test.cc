// Made-up episodes whose rates can be counted by hand; keys of results.json; the printed table as golden text.
#include "analysis/summary.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "analysis/results_json.h"
#include "analysis/summary_table.h"
#include "analysis/test_logs.h"

namespace awd {
namespace {

/// Two arms on two tasks with seeds 1 and 2; `gated` loses (a, 2) which `none` wins, and wins (b, 2) which it loses.
RunSummary two_arms() {
  RunSummary run({{"gated", "tiny", "awd", "aligned", "clean"}, {"none", "tiny", "always", "aligned", "clean"}});
  const auto add = [&](const char* arm, const char* task, std::uint64_t seed, bool success, const char* pattern) {
    const auto logged = testing::logged_episode(arm, task, seed, success, pattern);
    run.add(logged.episode, logged.steps);
  };
  add("gated", "a", 1, true, "FrrVr");
  add("gated", "a", 2, false, "FrrrrrrSr");
  add("gated", "b", 1, true, "Frrrr");
  add("gated", "b", 2, true, "F");
  add("none", "a", 1, true, "FV");
  add("none", "a", 2, true, "FV");
  add("none", "b", 1, true, "FV");
  add("none", "b", 2, false, "FV");
  return run;
}

TEST(RunSummary, ReuseRateLeavesOutFirstSteps) {
  const ArmSummary arm = two_arms().arms()[0];
  EXPECT_EQ(arm.steps, 20);
  EXPECT_EQ(arm.full_queries, 6);
  EXPECT_DOUBLE_EQ(arm.reuse_rate, 14.0 / 16.0);  // 20 steps less 4 first ones
  EXPECT_DOUBLE_EQ(arm.full_queries_per_step, 6.0 / 20.0);
  EXPECT_DOUBLE_EQ(arm.steps_per_episode, 5.0);
  EXPECT_DOUBLE_EQ(two_arms().arms()[1].reuse_rate, 0.0);
}

TEST(RunSummary, CountsLatenciesAndReasons) {
  const ArmSummary arm = two_arms().arms()[0];
  EXPECT_EQ(arm.episodes, 4);
  EXPECT_EQ(arm.successes, 3);
  EXPECT_DOUBLE_EQ(arm.success_rate, 0.75);
  EXPECT_NEAR(arm.ci95.low, wilson_interval(3, 4).low, 1e-12);
  EXPECT_DOUBLE_EQ(arm.hz, 1000 * 20 / (6 * 40 + 14 * 0.5));
  EXPECT_EQ(arm.full.n, 6);
  EXPECT_EQ(arm.full.p50_ms, 40);
  EXPECT_EQ(arm.reuse.n, 14);
  EXPECT_EQ(arm.reuse.p99_ms, 0.5);
  EXPECT_EQ(arm.gate.n, 16);
  EXPECT_EQ(arm.vision.p50_ms, 25);
  EXPECT_EQ(arm.reasons[int(Reason::kFirstStep)], 4);
  EXPECT_EQ(arm.reasons[int(Reason::kVisionDrift)], 1);
  EXPECT_EQ(arm.reasons[int(Reason::kStateGuard)], 1);
  EXPECT_EQ(arm.reasons[int(Reason::kReuse)], 14);
  ASSERT_EQ(arm.tasks.size(), 2u);
  EXPECT_EQ(arm.tasks[0].task, "a");
  EXPECT_EQ(arm.tasks[0].successes, 1);
  EXPECT_EQ(arm.tasks[1].successes, 2);
}

TEST(RunSummary, PairsBySameTaskAndSeedAgainstNone) {
  const auto arms = two_arms().arms();
  EXPECT_FALSE(arms[1].paired.has_value());
  ASSERT_TRUE(arms[0].paired.has_value());
  EXPECT_EQ(arms[0].paired->vs, "none");
  EXPECT_EQ(arms[0].paired->counts.both, 2);
  EXPECT_EQ(arms[0].paired->counts.only_a, 1);
  EXPECT_EQ(arms[0].paired->counts.only_b, 1);
  EXPECT_EQ(arms[0].paired->counts.neither, 0);
  EXPECT_EQ(arms[0].paired->difference, 0.0);
  EXPECT_EQ(arms[0].paired->p, 1.0);
}

TEST(RunSummary, ComparesWithinAScenarioWithEveryReference) {
  std::vector<ArmInfo> rows;
  for (const char* scenario : {"clean", "nudge"}) {
    for (const char* arm : {"none", "fixed:5", "fixed:10", "gate", "random:matched"}) {
      rows.push_back({.name = arm, .scenario = scenario});
    }
  }
  RunSummary run(rows);
  for (const ArmInfo& row : rows) {
    auto logged = testing::logged_episode(row.name, "a", 1, row.scenario == "clean" || row.name == "none", "Frr");
    logged.episode.scenario = row.scenario;
    run.add(logged.episode, logged.steps);
  }
  const auto arms = run.arms();
  const auto names = [](const ArmSummary& arm) {
    std::string text;
    for (const PairedSummary& paired : arm.comparisons) text += paired.vs + " ";
    return text;
  };
  EXPECT_EQ(names(arms[0]), "fixed:10 random:matched ");
  EXPECT_EQ(names(arms[1]), "none fixed:10 random:matched ");
  EXPECT_EQ(names(arms[2]), "none random:matched ");
  EXPECT_EQ(names(arms[8]), "none fixed:10 random:matched ");
  EXPECT_EQ(arms[3].paired->difference, 0.0);
  EXPECT_EQ(arms[8].paired->difference, -1.0);
  EXPECT_EQ(arms[8].paired->counts.only_b, 1);
}

TEST(RunSummary, ReactionCountsEventsWithAQuerySoonAfter) {
  RunSummary run(std::vector<ArmInfo>{{.name = "g", .scenario = "clean"}});
  auto logged = testing::logged_episode("g", "a", 1, true, "FrrrVrrrrrrVr");
  for (const int step : {2, 6, 12}) logged.steps[std::size_t(step)].event = "nudge";
  tally_steps(logged.steps, logged.episode);
  run.add(logged.episode, {});  // no step log
  const ArmSummary arm = run.arms()[0];
  EXPECT_EQ(arm.reaction.events, 3);
  EXPECT_EQ(arm.reaction.reacted, 1);  // after 2 steps; the others after 5 and never
  EXPECT_EQ(arm.reaction.median_delay, 3.5);
  EXPECT_EQ(arm.full_queries, 3);
  EXPECT_EQ(arm.full.n, 0);
  EXPECT_DOUBLE_EQ(arm.query_work, 3.0 / 13.0);
}

TEST(RunSummary, WithoutNoneTheFirstArmIsTheReference) {
  const RunSummary run({{.name = "x"}, {.name = "y"}});
  const auto arms = run.arms();
  EXPECT_FALSE(arms[0].paired.has_value());
  EXPECT_EQ(arms[1].paired->vs, "x");
  EXPECT_TRUE(std::isnan(arms[0].success_rate));
  EXPECT_TRUE(std::isnan(arms[0].reuse_rate));
}

TEST(ResultsJson, HasTheAgreedKeys) {
  const auto json = nlohmann::json::parse(results_json(two_arms().arms()));
  const auto& arm = json.at("arms").at(0);
  for (const char* key : {"name", "policy", "gate", "mode", "scenario", "episodes", "successes", "success_rate", "ci95",
                          "reuse_rate", "full_queries_per_step", "hz", "latency_ms", "reasons", "paired"}) {
    EXPECT_TRUE(arm.contains(key)) << key;
  }
  EXPECT_EQ(arm["ci95"].size(), 2u);
  for (const char* stage : {"full", "reuse", "gate"}) {
    EXPECT_TRUE(arm["latency_ms"].at(stage).contains("p50")) << stage;
    EXPECT_TRUE(arm["latency_ms"].at(stage).contains("p99")) << stage;
  }
  for (const char* key : {"vs", "diff", "ci95", "p"}) EXPECT_TRUE(arm["paired"].contains(key)) << key;
  EXPECT_EQ(arm["reasons"],
            nlohmann::json({{"first_step", 4}, {"vision_drift", 1}, {"state_guard", 1}, {"reuse", 14}}));
  EXPECT_TRUE(json["arms"][1]["paired"].is_null());
  EXPECT_TRUE(json["arms"][1]["latency_ms"]["reuse"]["p50"].is_null());
}

TEST(SummaryTable, Golden) {
  EXPECT_EQ(summary_table(two_arms().arms()),
            R"(arm    success     %       95 % CI  reuse %  queries/step  Hz  full ms  reuse ms  gate ms  steps  false %
-----  -------  ----  ------------  -------  ------------  --  -------  --------  -------  -----  -------
gated      3/4  75.0  [30.1, 95.4]     87.5         0.300  81    40.00     0.500    0.050      5     10.0
none       3/4  75.0  [30.1, 95.4]      0.0         1.000  25    40.00         -    0.050      2     50.0

arm    points vs none [95 % CI]  recomputed because (share of steps)
-----  ------------------------  -------------------------------------
gated   +0.0 [-55.2, +55.2] p=1  state_guard 5.0 %, vision_drift 5.0 %
none                  reference  vision_drift 50.0 %
)");
}

}  // namespace
}  // namespace awd
