// Labels from made-up branches, round trip of the lines, keys of the JSON.
#include "analysis/signals/signal_summary.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

#include "awd/error.h"

namespace awd {
namespace {

/// One sample: score `drift`, continuing for 5 steps and re-planning end as given (steps; 0 is a failure).
BranchEpisode episode(int job, double drift, int continued_steps, int replanned_steps) {
  const auto outcome = [](int steps) { return BranchOutcome{steps > 0, steps > 0 ? steps : 130}; };
  return {.job = job,
          .scenario = "nudge",
          .task = "t",
          .seed = std::uint64_t(job),
          .driver = {true, 50},
          .samples = {{.step = 9,
                       .age = 4,
                       .scores = {{"age", 4}, {"drift", drift}},
                       .replanned = outcome(replanned_steps),
                       .continued = {{5, outcome(continued_steps)}}}}};
}

/// Continuing loses at drift 0.9, is slow at 0.7, and does no harm at 0.1 and 0.8; the last fails either way.
std::vector<BranchEpisode> episodes() {
  return {episode(0, 0.9, 0, 40), episode(1, 0.7, 60, 45), episode(2, 0.1, 42, 40), episode(3, 0.8, 40, 44),
          episode(4, 0.2, 0, 0)};
}

TEST(SignalSummary, LabelsAndAreas) {
  const auto summaries = summarise_signals(episodes(), {});
  ASSERT_EQ(summaries.size(), 1u);
  const SignalSummary& summary = summaries[0];
  EXPECT_EQ(summary.scenario, "nudge");
  EXPECT_EQ(summary.more_steps, 5);
  EXPECT_EQ(summary.samples, 5);
  EXPECT_EQ(summary.loses, 1);
  EXPECT_EQ(summary.costly, 2);
  EXPECT_EQ(summary.continued_wins, 3);
  EXPECT_EQ(summary.replanned_wins, 4);
  EXPECT_DOUBLE_EQ(summary.extra_steps, (15 + 2 - 4) / 3.0);
  ASSERT_EQ(summary.signals.size(), 2u);
  EXPECT_EQ(summary.signals[0].signal, "drift");
  EXPECT_DOUBLE_EQ(summary.signals[0].loses.auroc, 1.0);
  EXPECT_DOUBLE_EQ(summary.signals[0].costly.auroc, 5.0 / 6);
  EXPECT_DOUBLE_EQ(summary.signals[1].loses.auroc, 0.5);  // age is the same everywhere
}

TEST(SignalSummary, LinesReadBack) {
  const BranchEpisode before = episodes()[0];
  const BranchEpisode after = parse_branch_line(branch_line(before), "test");
  EXPECT_EQ(branch_line(after), branch_line(before));
  EXPECT_EQ(after.samples[0].scores.at("drift"), 0.9);
  EXPECT_THROW(parse_branch_line("{}", "test"), Error);
  EXPECT_THROW(parse_branch_line("no json", "test"), Error);
}

TEST(SignalSummary, JsonAndTable) {
  const auto summaries = summarise_signals(episodes(), {});
  const auto json = nlohmann::json::parse(signals_json(summaries));
  const auto& signal = json.at("scenarios").at(0).at("signals").at(0);
  EXPECT_EQ(signal.at("signal"), "drift");
  EXPECT_EQ(signal.at("loses").at("auroc"), 1.0);
  EXPECT_EQ(signal.at("loses").at("positives"), 1);
  EXPECT_THAT(signals_table(summaries), testing::HasSubstr("1.000 [1.000, 1.000]"));
}

}  // namespace
}  // namespace awd
