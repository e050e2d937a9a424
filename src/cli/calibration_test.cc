// Grids to arms, losses from made-up runs, and what the report says.
#include "cli/calibration.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "awd/error.h"
#include "base/test_folder.h"
#include "cli/calibration_runs.h"
#include "io/episode_log.h"
#include "runtime/arm.h"

namespace awd::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(Calibration, GridExpandsWithTheLastOptionFastest) {
  EXPECT_THAT(expand_grid("a=1,2;b=3,4"), ElementsAre("a=1,b=3", "a=1,b=4", "a=2,b=3", "a=2,b=4"));
  EXPECT_THAT(expand_grid(""), ElementsAre(""));
  EXPECT_THROW(expand_grid("4,6"), Error);
  EXPECT_THROW(expand_grid("a=1,2,3,4,5;b=1,2,3,4"), Error);
}

TEST(Calibration, ConfiguredArmsParseAndDiffer) {
  EXPECT_EQ(configured_arm("awd-aligned", "pool=4", 1), "awd-aligned{pool=4}");
  EXPECT_EQ(configured_arm("awd-aligned{dilation=3}", "pool=4", 1), "awd-aligned{dilation=3,pool=4}");
  EXPECT_EQ(configured_arm("mine{gate=awd,mode=aligned}", "pool=4", 2), "mine-2{gate=awd,mode=aligned,pool=4}");
  EXPECT_EQ(configured_arm("awd-guarded", "", 1), "awd-guarded");
  EXPECT_EQ(parse_arm(configured_arm("mine{gate=awd,mode=aligned}", "pool=4", 2)).gate.pool, 4);
}

/// A run in which `none` wins trials 0 .. 8 of 10 and `gated` loses trials 0 and 9; `gated` has one false alarm.
void write_run(const std::string& folder) {
  EpisodeLogWriter log(folder);
  int number = 0;
  for (const char* arm : {"none", "gated"}) {
    for (int trial = 0; trial < 10; ++trial) {
      const bool is_none = std::string(arm) == "none";
      EpisodeLog episode{.episode = number++, .arm = arm, .task = "t", .scenario = "clean", .trial = trial};
      episode.seed = std::uint64_t(trial);
      episode.success = trial != 9 && (is_none || trial != 0);
      episode.false_recomputes = !is_none && trial == 3 ? 2 : 0;
      episode.steps = 2;
      episode.full_queries = is_none ? 2 : 1;
      std::vector<StepLog> steps(2);
      for (int i = 0; i < 2; ++i) {
        steps[std::size_t(i)].episode = episode.episode;
        steps[std::size_t(i)].step = i;
      }
      steps[1].decision.scores.state_drift = trial;
      log.add(episode, steps);
    }
  }
  log.close();
}

TEST(CalibrationRuns, CountsWhatNoneWinsAndTheArmLoses) {
  const TestFolder folder;
  write_run(folder.path());
  const auto losses = read_losses(folder.path());
  ASSERT_EQ(losses.size(), 1u);
  EXPECT_EQ(losses[0].arm, "gated");
  EXPECT_EQ(losses[0].lost.n, 9);
  EXPECT_EQ(losses[0].lost.bad, 1);
  EXPECT_EQ(losses[0].full_queries, 10);
  const auto maxima = read_maxima(folder.path(), GateSignal::kStateDrift);
  EXPECT_EQ(maxima.size(), 17u);
  EXPECT_EQ(maxima.back(), 8.0);
  const RiskCount alarms = read_false_alarms(folder.path());
  EXPECT_EQ(alarms.n, 17);
  EXPECT_EQ(alarms.bad, 1);
}

TEST(CalibrationReport, SaysWhatIsPromisedAndWhatWasFound) {
  Calibration calibration;
  calibration.configurations = {{.arm = "a{pool=4}", .risk = {{1, 200}, 0.001, true}, .full_queries_per_step = 0.1}};
  calibration.chosen = "a{pool=4}";
  calibration.guarantee = "promise";
  calibration.check = Configuration{.arm = "a{pool=4}", .risk = {.count = {3, 100}}, .full_queries_per_step = 0.11};
  const std::string table = calibration_table(calibration);
  EXPECT_THAT(table, HasSubstr("1/200 = 0.5 %"));
  EXPECT_THAT(table, HasSubstr("held out:  3/100 = 3.0 %"));
  const auto json = nlohmann::json::parse(calibration_json(calibration));
  EXPECT_EQ(json.at("chosen"), "a{pool=4}");
  EXPECT_EQ(json.at("check").at("is_within_limit"), true);
  calibration.chosen.clear();
  EXPECT_THAT(calibration_table(calibration), HasSubstr("nothing carries the guarantee"));
  EXPECT_TRUE(nlohmann::json::parse(calibration_json(calibration)).at("chosen").is_null());
}

}  // namespace
}  // namespace awd::cli
