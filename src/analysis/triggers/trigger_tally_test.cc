// Counts of hand-written episodes: by arm, task, phase and time; false triggers, limits, ages and delays.
#include "analysis/triggers/trigger_tally.h"

#include <gtest/gtest.h>

#include <cmath>

#include "analysis/test_logs.h"

namespace awd {
namespace {

using testing::logged_episode;
using testing::LoggedEpisode;

std::vector<TriggerSummary> tally(const std::vector<LoggedEpisode>& episodes, const TriggerOptions& options = {}) {
  TriggerTally sum(options);
  for (const LoggedEpisode& logged : episodes) sum.add(logged.episode, logged.steps);
  return sum.summaries();
}

TEST(TriggerTally, CountsByArmTaskAndPhase) {
  LoggedEpisode one = logged_episode("awd", "cup", 1, true, "FrVSrr");
  for (int i = 3; i < 6; ++i) one.steps[std::size_t(i)].phase = "lift";
  one.steps[0].phase = "place";
  const auto arms =
      tally({one, logged_episode("awd", "box", 2, true, "FrrV"), logged_episode("none", "cup", 1, true, "F")});
  ASSERT_EQ(arms.size(), 2u);
  const TriggerSummary& awd = arms[0];
  EXPECT_EQ(awd.arm, "awd");
  EXPECT_EQ(awd.episodes, 2);
  EXPECT_EQ(awd.all.total(), 10);
  EXPECT_EQ(awd.all.recomputes(), 5);
  EXPECT_EQ(awd.all.of(ReasonGroup::kRuntime), 2);
  EXPECT_EQ(awd.all.of(ReasonGroup::kVision), 2);
  EXPECT_EQ(awd.all.of(ReasonGroup::kState), 1);
  ASSERT_EQ(awd.tasks.size(), 2u);
  EXPECT_EQ(awd.tasks[0].name, "cup");
  EXPECT_EQ(awd.tasks[0].counts.total(), 6);
  ASSERT_EQ(awd.phases.size(), 3u) << "in the order of a task";
  EXPECT_EQ(awd.phases[0].name, "reach");
  EXPECT_EQ(awd.phases[1].name, "lift");
  EXPECT_EQ(awd.phases[1].counts.of(Reason::kStateGuard), 1);
  EXPECT_EQ(awd.phases[2].name, "place");
  EXPECT_EQ(arms[1].all.total(), 1);
}

TEST(TriggerTally, TimeBins) {
  const auto arms = tally({logged_episode("awd", "cup", 1, true, "FrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrrV")});
  const TriggerSummary& arm = arms[0];
  ASSERT_EQ(arm.all.total(), 40);
  for (const ReasonCounts& bin : arm.over_episode) EXPECT_EQ(bin.total(), 2);
  EXPECT_EQ(arm.over_episode.front().of(Reason::kFirstStep), 1);
  EXPECT_EQ(arm.over_episode.back().of(Reason::kVisionDrift), 1);
  ASSERT_EQ(arm.over_steps.size(), 4u);
  for (const ReasonCounts& bin : arm.over_steps) EXPECT_EQ(bin.total(), kStepBin);
}

TEST(TriggerTally, FalseTriggersAgreeWithTheLog) {
  LoggedEpisode logged = logged_episode("awd", "cup", 1, true, "FrVrrrrrSrrrrrrrrrrrrrVr");
  logged.steps[8].event = "nudge";
  tally_steps(logged.steps, logged.episode);
  const TriggerSummary arm = tally({logged})[0];
  EXPECT_TRUE(arm.events_known);
  EXPECT_EQ(arm.false_triggers[std::size_t(ReasonGroup::kVision)], 2) << "before the nudge, and 14 steps behind it";
  EXPECT_EQ(arm.false_triggers[std::size_t(ReasonGroup::kState)], 0);
  EXPECT_EQ(logged.episode.false_recomputes, 2);
  EXPECT_EQ(arm.events, 1);
  EXPECT_EQ(arm.delays.n, 1);
  EXPECT_EQ(arm.delays.p50, 0);
  EXPECT_EQ(arm.first_after_event[std::size_t(ReasonGroup::kState)], 1);
}

TEST(TriggerTally, AgesAtRecompute) {
  const TriggerSummary arm = tally({logged_episode("awd", "cup", 1, true, "FrVrrSV")})[0];
  EXPECT_EQ(arm.ages.n, 3) << "the first step has no age";
  EXPECT_DOUBLE_EQ(arm.ages.mean, 2);
  EXPECT_DOUBLE_EQ(arm.ages.p50, 2);
  EXPECT_DOUBLE_EQ(arm.ages.max, 3);
}

TEST(TriggerTally, LimitForTheTargetRate) {
  LoggedEpisode logged = logged_episode("awd", "cup", 1, true, "Frrrrrrrrr");
  for (std::size_t i = 1; i < 10; ++i) logged.steps[i].decision.scores.weighted_drift = double(i);
  logged.steps[9].decision.scores.cosine = 0.75;
  const TriggerSummary arm = tally({logged}, {.target_rate = 0.2})[0];
  ASSERT_EQ(arm.scores.size(), 2u);
  const SignalScores& drift = arm.scores[0];
  EXPECT_EQ(drift.signal, GateSignal::kWeightedDrift);
  EXPECT_EQ(drift.n, 9);
  EXPECT_DOUBLE_EQ(drift.p50, 5);
  int above = 0;
  for (int score = 1; score < 10; ++score) above += score > drift.target_limit ? 1 : 0;
  EXPECT_EQ(above, 2) << "0.2 per step of 10 steps";
  EXPECT_EQ(arm.scores[1].signal, GateSignal::kDissimilarity);
  EXPECT_FLOAT_EQ(float(arm.scores[1].p50), 0.25f);
  EXPECT_TRUE(std::isnan(arm.scores[1].target_limit)) << "one scored step cannot give two triggers";
}

TEST(TriggerTally, OneEpisodeWithUnknownEventsSpoilsTheCount) {
  const LoggedEpisode logged = logged_episode("awd", "cup", 1, false, "FrV");
  TriggerTally sum({});
  sum.add(logged.episode, logged.steps);
  EXPECT_TRUE(sum.summaries()[0].events_known);
  sum.add(logged.episode, logged.steps, {.events = false, .success = false});
  EXPECT_FALSE(sum.summaries()[0].events_known);
  EXPECT_TRUE(sum.summaries()[0].traces.at(0).failed);
  EXPECT_FALSE(sum.summaries()[0].traces.at(1).failed) << "not known to";
}

TEST(TriggerTally, TracesKeepWhatTheRasterDraws) {
  LoggedEpisode logged = logged_episode("awd", "cup", 1, false, "FrVr");
  logged.steps[2].phase = logged.steps[3].phase = "grasp";
  const EpisodeTrace trace = tally({logged})[0].traces.at(0);
  EXPECT_TRUE(trace.failed);
  EXPECT_EQ(trace.reasons.at(2), Reason::kVisionDrift);
  ASSERT_EQ(trace.phases.size(), 2u);
  EXPECT_EQ(trace.phases[1].first, 2);
  EXPECT_EQ(trace.phases[1].phase, "grasp");
}

}  // namespace
}  // namespace awd
