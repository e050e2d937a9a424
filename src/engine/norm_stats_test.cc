// Both normalisations by hand, and bad statistics by name.
#include "engine/norm_stats.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "awd/error.h"
#include "base/test_folder.h"

namespace awd {
namespace {

class NormStatsTest : public testing::Test {
 protected:
  NormStatsTest() {
    config_.state_dim = 2;
    config_.action_dim = 1;
  }

  NormStats load(const std::string& state, const std::string& actions) {
    std::ofstream(path_) << R"({"norm_stats":{"state":)" << state << R"(,"actions":)" << actions << "}}";
    return load_norm_stats(path_, config_);
  }
  std::string error(const std::string& state) {
    try {
      (void)load(state, kActions);
    } catch (const Error& e) {
      return e.what();
    }
    return "no error";
  }

  static constexpr const char* kState = R"({"mean":[1,2],"std":[2,4],"q01":[-1,0],"q99":[3,8]})";
  static constexpr const char* kActions = R"({"mean":[10],"std":[5],"q01":[0],"q99":[20]})";
  ModelConfig config_;
  TestFolder folder_;
  std::string path_ = folder_.file("norm_stats.json");
};

TEST_F(NormStatsTest, Pi0UsesMeanAndStd) {
  const NormStats stats = load(kState, kActions);
  EXPECT_NEAR(stats.state.normalised(0, 3), 1.0, 1e-6);
  EXPECT_NEAR(stats.state.normalised(1, -2), -1.0, 1e-6);
  EXPECT_NEAR(stats.actions.unnormalised(0, 1), 15, 1e-5);
  EXPECT_NEAR(stats.actions.unnormalised(0, -2), 0, 1e-5);
}

TEST_F(NormStatsTest, Pi05UsesQuantiles) {
  config_.variant = Variant::kPi05;
  const NormStats stats = load(kState, kActions);
  EXPECT_NEAR(stats.state.normalised(0, -1), -1.0, 1e-6);
  EXPECT_NEAR(stats.state.normalised(1, 8), 1.0, 1e-6);
  EXPECT_NEAR(stats.actions.unnormalised(0, 0.5), 15, 1e-5);
}

TEST_F(NormStatsTest, EveryConventionByHand) {
  const double low[] = {2.0, 5.0}, high[] = {6.0, 5.0};
  const AffineStats openpi = range_stats(low, high, kOpenpiNorm);
  EXPECT_DOUBLE_EQ(1.0 / openpi.to_model[0], (4.0 + 1e-6) / 2);
  EXPECT_DOUBLE_EQ(openpi.to_robot[1], 0.5e-6);
  const AffineStats lerobot = range_stats(low, high, lerobot_range(1e-8));
  EXPECT_DOUBLE_EQ(lerobot.offset[0], 4);
  EXPECT_DOUBLE_EQ(lerobot.to_model[0], 0.5) << "nothing is added to a range";
  EXPECT_DOUBLE_EQ(lerobot.to_robot[1], 0.5e-8) << "but for one of zero";
  const double mean[] = {1.0, 2.0}, std[] = {2.0, 0.0};
  EXPECT_DOUBLE_EQ(mean_std_stats(mean, std, kOpenpiNorm).to_robot[1], 1e-6);
  EXPECT_DOUBLE_EQ(mean_std_stats(mean, std, lerobot_mean_std(1e-8)).to_model[1], 1e8);
  EXPECT_DOUBLE_EQ(mean_std_stats(mean, std, lerobot_mean_std(1e-8)).to_robot[1], 0) << "as LeRobot has it";
  EXPECT_EQ(identity_stats(3).to_model, (std::vector<double>{1, 1, 1}));
}

TEST_F(NormStatsTest, LongerStatisticsAreCutAndCounted) {
  const NormStats stats = load(R"({"mean":[1,2,3],"std":[2,4,5]})", kActions);
  EXPECT_EQ(stats.state.offset, (std::vector<double>{1, 2}));
  EXPECT_EQ(norm_stats_dims(path_, Variant::kPi0).state, 3);
  EXPECT_EQ(norm_stats_dims(path_, Variant::kPi0).actions, 1);
  EXPECT_THROW(norm_stats_dims(path_, Variant::kPi05), Error) << "it has no quantiles";
}

TEST_F(NormStatsTest, QuantilesMayBeNullWhereTheyAreNotRead) {
  EXPECT_EQ(error(R"({"mean":[1,2],"std":[2,4],"q01":null,"q99":null})"), "no error");
  config_.variant = Variant::kPi05;
  EXPECT_THAT(error(R"({"mean":[1,2],"std":[2,4],"q01":null,"q99":null})"),
              testing::HasSubstr("norm_stats.state.q01: expected at least 2 numbers, got null"));
  EXPECT_THAT(error(R"({"q01":[1,2],"q99":[2,1]})"), testing::HasSubstr("expected a positive spread at 1, got -1"));
  EXPECT_THAT(error(R"({"q01":[1,2],"q99":[2,1e300]})"), testing::HasSubstr("expected a finite number at 1"));
}

TEST_F(NormStatsTest, BadStatisticsAreNamed) {
  using testing::HasSubstr;
  EXPECT_THAT(error(R"({"std":[2,4]})"), HasSubstr("field norm_stats.state.mean: expected a value"));
  EXPECT_THAT(error(R"({"mean":[1],"std":[2,4]})"), HasSubstr("norm_stats.state.mean: expected at least 2 numbers"));
  EXPECT_THAT(error(R"({"mean":[1,null],"std":[2,4]})"), HasSubstr("norm_stats.state.mean"));
  EXPECT_THAT(error(R"({"mean":[1,2],"std":[2,-4]})"),
              HasSubstr("norm_stats.state.std: expected a positive spread at 1, got -4"));
  EXPECT_THAT(error("7"), HasSubstr("norm_stats.state: expected an object"));
}

}  // namespace
}  // namespace awd
