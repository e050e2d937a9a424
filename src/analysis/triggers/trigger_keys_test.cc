// Key steps by hand, and the ratio with its interval.
#include "analysis/triggers/trigger_keys.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <string_view>

#include "analysis/test_logs.h"

namespace awd {
namespace {

/// Steps with the given phases: r reach, g grasp, l lift, m move, p place.
std::vector<StepLog> phased(std::string_view phases) {
  std::vector<StepLog> steps(phases.size());
  for (std::size_t i = 0; i < phases.size(); ++i) {
    steps[i].step = int(i);
    steps[i].phase = phases[i] == 'r'   ? "reach"
                     : phases[i] == 'g' ? "grasp"
                     : phases[i] == 'l' ? "lift"
                     : phases[i] == 'm' ? "move"
                                        : "place";
  }
  return steps;
}

std::vector<int> set_places(const std::vector<bool>& flags) {
  std::vector<int> places;
  for (std::size_t i = 0; i < flags.size(); ++i) {
    if (flags[i]) places.push_back(int(i));
  }
  return places;
}

TEST(TriggerKeys, PhasesSwitchAtGraspAndRelease) {
  const auto is_key = key_steps(phased("rrrgglllmmmmmpp"), 1);
  EXPECT_EQ(set_places(is_key), (std::vector<int>{4, 5, 6, 12, 13, 14}));
}

TEST(TriggerKeys, NothingSwitches) {
  EXPECT_TRUE(set_places(key_steps(phased("rrrrgg"), 3)).empty());
  EXPECT_TRUE(set_places(key_steps(std::vector<StepLog>(5), 3)).empty()) << "phases are not known";
}

TEST(TriggerKeys, ActionsGoBeforePhases) {
  std::vector<StepLog> steps = phased("rrrrrrrrrr");
  for (int i = 0; i < 10; ++i) steps[std::size_t(i)].action = {0, 0, 0, 0, 0, 0, i < 6 ? -1.0f : 1.0f};
  EXPECT_EQ(set_places(key_steps(steps, 1)), (std::vector<int>{5, 6, 7}));
}

TEST(TriggerKeys, CountsLeaveOutTheFirstStep) {
  const auto logged = testing::logged_episode("a", "t", 1, true, "FrSVSr");
  const std::vector<bool> is_key{true, true, true, false, false, false};
  const KeyCounts counts = count_keys(logged.steps, is_key, ReasonGroup::kState);
  EXPECT_EQ(counts.steps, 5);
  EXPECT_EQ(counts.key_steps, 2);
  EXPECT_EQ(counts.triggers, 2);
  EXPECT_EQ(counts.key_triggers, 1);
}

TEST(TriggerKeys, RatioAndItsInterval) {
  const std::vector<KeyCounts> episodes{{.steps = 40, .key_steps = 10, .triggers = 4, .key_triggers = 3},
                                        {.steps = 60, .key_steps = 10, .triggers = 6, .key_triggers = 3}};
  const Concentration sum = concentration_of(episodes, 500, 1);
  EXPECT_EQ(sum.episodes, 2);
  EXPECT_DOUBLE_EQ(sum.key_share, 0.2);
  EXPECT_DOUBLE_EQ(sum.trigger_share, 0.6);
  EXPECT_DOUBLE_EQ(sum.ratio, 3);
  // Every resample is the first twice (ratio 0.75 / 0.25), the second twice (0.5 / (1/6)) or both: 3 each time.
  EXPECT_DOUBLE_EQ(sum.ci95.low, 3);
  EXPECT_DOUBLE_EQ(sum.ci95.high, 3);
}

TEST(TriggerKeys, IntervalWidensWithEpisodesThatDiffer) {
  std::vector<KeyCounts> episodes(20, {.steps = 50, .key_steps = 10, .triggers = 5, .key_triggers = 4});
  for (std::size_t i = 0; i < episodes.size(); i += 2) episodes[i].key_triggers = 1;
  const Concentration sum = concentration_of(episodes, 1000, 1);
  EXPECT_DOUBLE_EQ(sum.ratio, 2.5);
  EXPECT_LT(sum.ci95.low, 2.3);
  EXPECT_GT(sum.ci95.high, 2.7);
  EXPECT_EQ(concentration_of(episodes, 1000, 1).ci95.low, sum.ci95.low) << "the same seed, the same bits";
}

TEST(TriggerKeys, NoneInKeyStepsIsNoProof) {
  const std::vector<KeyCounts> two{{.steps = 40, .key_steps = 20, .triggers = 1},
                                   {.steps = 40, .key_steps = 20, .triggers = 3}};
  const Concentration few = concentration_of(two, 100, 1);
  EXPECT_DOUBLE_EQ(few.ratio, 0);
  EXPECT_NEAR(few.ci95.high, 2 * wilson_interval(0, 2).high, 1e-12) << "two episodes say little";
  const std::vector<KeyCounts> many(100, {.steps = 40, .key_steps = 20, .triggers = 1});
  EXPECT_LT(concentration_of(many, 100, 1).ci95.high, 0.1);
}

TEST(TriggerKeys, WithoutTriggersThereIsNoRatio) {
  const std::vector<KeyCounts> episodes{{.steps = 40, .key_steps = 10}};
  const Concentration sum = concentration_of(episodes, 10, 1);
  EXPECT_TRUE(std::isnan(sum.ratio));
  EXPECT_EQ(sum.ci95.high, std::numeric_limits<double>::infinity());
}

}  // namespace
}  // namespace awd
