// What is not known is null or said in words; open and closed loop are set beside each other.
#include "analysis/drift/drift_report.h"

#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>

namespace awd {
namespace {

DriftReport report() {
  DriftReport r;
  r.input = "demo.hdf5";
  r.cameras = {"base"};
  r.closed_loop = "not measured";
  SignalDrift drift;
  drift.signal = {DriftConvention::kAnchor, DriftKind::kWeighted, 0};
  drift.name = "weighted base";
  drift.all = distribution_of({});
  drift.roc.auroc = std::nan("");
  r.signals = {drift};
  for (ConventionClaims& in : r.claims.in) {
    in.state_and_action.rho = in.state_and_joints.rho = in.weighted_minus_raw.difference = std::nan("");
  }
  ThresholdPair pair;
  pair.source = "anchor";
  pair.state = 0.2;
  pair.drift = 0.5;
  pair.open_loop = {{.horizon = 0, .episodes = 2, .steps = 22, .full_queries = 4},
                    {.horizon = 20, .episodes = 2, .steps = 22, .full_queries = 7}};
  r.thresholds = {pair};
  return r;
}

TEST(OpenLoopRate, LeavesOutTheFirstStepOfEveryEpisode) {
  const OpenLoopRate rate{.episodes = 2, .steps = 22, .full_queries = 7};
  EXPECT_DOUBLE_EQ(rate.reuse_rate(), 15.0 / 20);
  EXPECT_DOUBLE_EQ(rate.full_queries_per_step(), 7.0 / 22);
  EXPECT_TRUE(std::isnan(OpenLoopRate{}.reuse_rate()));
}

TEST(DriftReport, UnknownNumbersAreNull) {
  const auto json = nlohmann::json::parse(drift_json(report()));
  EXPECT_TRUE(json["signals"][0]["all"]["p50"].is_null());
  EXPECT_EQ(json["signals"][0]["camera"], "base");
  EXPECT_TRUE(json["signals"][0]["key_against_steady"]["auroc"].is_null());
  EXPECT_TRUE(json["thresholds"][0]["open_loop"][0]["horizon_steps"].is_null());
  EXPECT_EQ(json["thresholds"][0]["open_loop"][1]["horizon_steps"], 20);
  EXPECT_TRUE(json["expectations"]["anchor"]["state_drift_and_joint_speed"]["spearman"].is_null());
}

TEST(DriftReport, SaysWhatIsNotKnown) {
  const std::string text = drift_text(report());
  EXPECT_NE(text.find("closed loop: not measured"), std::string::npos);
  EXPECT_NE(text.find("joint speed not recorded"), std::string::npos);
  EXPECT_NE(text.find("better than raw: not known"), std::string::npos);
}

TEST(DriftReport, ComparesOpenWithClosedLoopOfTheSameLimit) {
  DriftReport r = report();
  r.thresholds[0].closed_loop = {{.mode = "restart", .horizon = 0, .episodes = 4, .successes = 1, .reuse_rate = 0.95},
                                 {.mode = "aligned", .horizon = 20, .episodes = 4, .successes = 4, .reuse_rate = 0.5}};
  const std::string text = drift_text(r);
  EXPECT_NE(text.find("+5.0"), std::string::npos) << text;   // 90 % without limit
  EXPECT_NE(text.find("-25.0"), std::string::npos) << text;  // 75 % with
  EXPECT_NE(text.find("differ by up to 25.0 points"), std::string::npos) << text;
}

}  // namespace
}  // namespace awd
