// Limits, smoothing, votes and percentiles by hand.
#include "gate/rules.h"

#include <gtest/gtest.h>

#include <vector>

namespace awd {
namespace {

/// What fires when these scores come at ages 1, 2, ...
std::vector<bool> run(const std::vector<double>& scores, double limit, const RuleOptions& rules,
                      GateState::History& history) {
  std::vector<bool> fired;
  fired.reserve(scores.size());
  int age = 0;
  for (const double score : scores) fired.push_back(fires(score, limit, rules, ++age, history));
  return fired;
}
std::vector<bool> run(const std::vector<double>& scores, double limit, const RuleOptions& rules) {
  GateState::History history;
  return run(scores, limit, rules, history);
}

using Fired = std::vector<bool>;

TEST(Rules, TheLimitItselfDoesNotFire) { EXPECT_EQ(run({1, 2, 3}, 2, {}), (Fired{false, false, true})); }

TEST(Rules, NanNeverFires) {
  EXPECT_EQ(run({Scores::kNone, 3}, 2, {.votes = 2, .votes_of = 2}), (Fired{false, false}));
}

TEST(Rules, VotesCountTheLastScores) {
  const RuleOptions two_of_three{.votes = 2, .votes_of = 3};
  EXPECT_EQ(run({5, 0, 5, 0, 0, 5}, 2, two_of_three), (Fired{false, false, true, false, false, false}));
}

TEST(Rules, VotesAndSmoothingStartAgainAtAnAnchor) {
  GateState::History history;
  const RuleOptions two_of_two{.votes = 2, .votes_of = 2};
  EXPECT_EQ(run({5}, 2, two_of_two, history), (Fired{false}));
  EXPECT_EQ(run({5, 5}, 2, two_of_two, history), (Fired{false, true}));
  GateState::History smooth;
  EXPECT_EQ(run({8, 0}, 3, {.smooth = 0.5}, smooth), (Fired{true, true}));  // 8, then 4
  EXPECT_EQ(run({2}, 3, {.smooth = 0.5}, smooth), (Fired{false}));          // not 0.5 * 2 + 0.5 * 4 = 3
  EXPECT_EQ(smooth.smoothed, 2.0);
}

TEST(Rules, SmoothingForgivesAPeak) {
  EXPECT_EQ(run({0, 0, 8, 0}, 4, {.smooth = 0.5}), (Fired{false, false, false, false}));  // 0 0 4 2
  EXPECT_EQ(run({0, 0, 8, 8}, 4, {.smooth = 0.5}), (Fired{false, false, false, true}));   // 0 0 4 6
}

TEST(Rules, PercentileAdaptsToTheSignalsOwnHistory) {
  const RuleOptions rules{.rule = LimitRule::kPercentile, .percentile = 90, .window = 10};
  GateState::History history;
  // The limit alone decides until there is a history; then 90 % of ten scores must be smaller.
  EXPECT_EQ(run({1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, 0.5, rules, history), Fired(10, true));
  EXPECT_EQ(run({9}, 0.5, rules, history), (Fired{false}));   // history 1..10: its 90th percentile is 9
  EXPECT_EQ(run({9.5}, 0.5, rules, history), (Fired{true}));  // 2..10 and 9: still 9
  EXPECT_EQ(run({9.6}, 20, rules, history), (Fired{false}));  // the limit is a floor
  EXPECT_EQ(history.count, 10);
}

TEST(Rules, AWholeWindowOfVotes) {
  EXPECT_EQ(run(std::vector<double>(32, 5), 2, {.votes = 32, .votes_of = 32}).back(), true);
  EXPECT_EQ(run(std::vector<double>(31, 5), 2, {.votes = 32, .votes_of = 32}).back(), false);
}

}  // namespace
}  // namespace awd
