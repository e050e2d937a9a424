// Answers by their intervals, and that text and JSON say the same numbers.
#include "analysis/triggers/trigger_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

#include "analysis/test_logs.h"

namespace awd {
namespace {

using ::testing::HasSubstr;
using testing::logged_episode;
using ::testing::Not;

/// Four episodes; the state guard fires at both switches, vision in the middle of the way.
TriggerReport report_of(bool knows_events) {
  TriggerTally tally({.key_window = 1, .target_rate = 0.05, .resamples = 200});
  for (int i = 0; i < 4; ++i) {
    auto logged = logged_episode("awd-restart", "cup", std::uint64_t(i), true, "FrrrSrrrVrrrSrrr");
    for (int step = 4; step < 12; ++step) logged.steps[std::size_t(step)].phase = "lift";
    tally.add(logged.episode, logged.steps, {.events = knows_events});
  }
  return {.input = "runs/a",
          .format = "run directory",
          .options = {.key_window = 1, .target_rate = 0.05},
          .arms = tally.summaries()};
}

TEST(TriggerReport, Answers) {
  const double infinity = std::numeric_limits<double>::infinity();
  const auto answer = [](double ratio, Interval ci95) {
    Concentration guard;
    guard.ratio = ratio;
    guard.ci95 = ci95;
    return fires_in_key_phases(guard);
  };
  EXPECT_EQ(answer(2, {1.2, 3}), Answer::kYes);
  EXPECT_EQ(answer(0.5, {0.2, 0.8}), Answer::kNo);
  EXPECT_EQ(answer(1.2, {0.8, 1.5}), Answer::kUndecided);
  EXPECT_EQ(answer(std::numeric_limits<double>::quiet_NaN(), {0, infinity}), Answer::kUnknown);

  const TriggerSummary arm = report_of(true).arms[0];
  EXPECT_EQ(is_too_frequent(arm, 0.05), Answer::kYes) << "1 of 16 steps";
  EXPECT_EQ(is_too_frequent(arm, 0.07), Answer::kNo);
  EXPECT_EQ(is_too_frequent({}, 0.07), Answer::kUnknown);
}

TEST(TriggerReport, Json) {
  const auto json = nlohmann::json::parse(triggers_json(report_of(true)));
  EXPECT_EQ(json["overall"]["steps"], 64);
  EXPECT_EQ(json["overall"]["reasons"]["state_guard"], 8);
  const auto& arm = json["arms"][0];
  EXPECT_EQ(arm["groups"]["vision"], 4);
  EXPECT_EQ(arm["state_guard_in_key_phases"]["answer"], "yes");
  EXPECT_EQ(arm["state_guard_in_key_phases"]["key_triggers"], 8);
  EXPECT_EQ(arm["state_guard_in_key_phases"]["key_steps"], 24);
  EXPECT_EQ(arm["vision_guard_in_key_phases"]["ratio"], 0.0);
  EXPECT_EQ(arm["vision_guard_frequency"]["triggers_per_step"], 0.0625);
  EXPECT_EQ(arm["vision_guard_frequency"]["triggers_per_s"], 1.25);
  EXPECT_EQ(arm["vision_guard_frequency"]["share_of_recomputes"], 0.25);
  EXPECT_EQ(arm["vision_guard_frequency"]["share_while_nothing_happened"], 1.0);
  EXPECT_EQ(arm["over_episode"].size(), 20u);
  EXPECT_EQ(arm["phases"][1]["phase"], "lift");
  EXPECT_EQ(arm["age_at_recompute_steps"]["p50"], 4.0);
}

TEST(TriggerReport, TextGivesTheSameNumbers) {
  const std::string text = triggers_text(report_of(true));
  EXPECT_THAT(text, HasSubstr("awd-restart, clean (4 episodes)"));
  EXPECT_THAT(text, HasSubstr("yes: 100.0 % of its 8 triggers lie within +-1 steps of a gripper switch, where 40.0 %"));
  EXPECT_THAT(text, HasSubstr("yes: 0.062 triggers per step (1.25 per second), wanted 0.05; 25.0 % of the recomputes; "
                              "100.0 % of them while nothing had happened"));
  EXPECT_THAT(text, Not(HasSubstr("open loop)")));
}

TEST(TriggerReport, WhatIsNotKnownIsNotMadeUp) {
  TriggerReport report = report_of(false);
  report.open_loop = true;
  EXPECT_THAT(triggers_text(report), HasSubstr("what happened in the scene is not known"));
  EXPECT_THAT(triggers_text(report), HasSubstr("open loop)"));
  const auto json = nlohmann::json::parse(triggers_json(report));
  EXPECT_TRUE(json["arms"][0]["vision_guard_frequency"]["share_while_nothing_happened"].is_null());
  EXPECT_TRUE(json["arms"][0]["false_triggers"].is_null());
}

}  // namespace
}  // namespace awd
