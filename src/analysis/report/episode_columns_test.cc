// One made-up episode as columns.
#include "analysis/report/episode_columns.h"

#include <gtest/gtest.h>

#include "analysis/test_logs.h"

namespace awd::report {
namespace {

using Json = nlohmann::ordered_json;

TEST(EpisodeColumns, OneTextPerQuantity) {
  auto [episode, steps] = testing::logged_episode("a", "t", 0xffffffffffffffff, true, "FrrV");
  steps[2].phase = "lift";
  steps[2].event = "nudge";
  steps[1].decision.scores.weighted_drift = 0.123456;
  steps[3].decision.scores.weighted_drift = 12345.6;
  steps[1].decision.scores.weighted_drift_per_camera = {Scores::kNone, 0.25, Scores::kNone, Scores::kNone};
  const Json json = episode_columns(episode, steps);
  EXPECT_EQ(json.at("seed"), "18446744073709551615");
  EXPECT_EQ(json.at("n"), 4);
  EXPECT_EQ(json.at("queried"), "1001");
  const auto letter = [](Reason reason) { return std::string(1, char('a' + int(reason))); };
  EXPECT_EQ(json.at("reason"), letter(Reason::kFirstStep) + letter(Reason::kReuse) + letter(Reason::kReuse) +
                                   letter(Reason::kVisionDrift));
  EXPECT_EQ(json.at("phases").dump(), R"([[0,"reach"],[2,"lift"],[3,"reach"]])");
  EXPECT_EQ(json.at("events").dump(), R"([[2,"nudge"]])");
  EXPECT_EQ(json.at("age"), "0,1,2,3");
  EXPECT_EQ(json.at("scores").dump(), R"({"weighted_drift":",0.1235,,1.235e+04"})");
  EXPECT_EQ(json.at("cameras").dump(), R"({"weighted_drift":["",",0.25,,"]})");
  EXPECT_EQ(json.at("ms").at("total"), "40,0.5,0.5,40");
  EXPECT_FALSE(json.contains("work"));  // what `queried` says already
}

TEST(EpisodeColumns, PartOfAQueryIsWork) {
  auto [episode, steps] = testing::logged_episode("a", "t", 1, true, "Fr");
  steps[1].query_work = 0.375;
  EXPECT_EQ(episode_columns(episode, steps).at("work"), "1,0.375");
}

}  // namespace
}  // namespace awd::report
