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
  std::vector<float> out(2);
  normalise(stats.state, std::vector<float>{3, -2}, out);
  EXPECT_NEAR(out[0], 1.0, 1e-6);
  EXPECT_NEAR(out[1], -1.0, 1e-6);
  std::vector<float> actions(2);
  unnormalise(stats.actions, std::vector<float>{1, 99, -2, 99}, 2, actions);
  EXPECT_NEAR(actions[0], 15, 1e-4);
  EXPECT_NEAR(actions[1], 0, 1e-4);
}

TEST_F(NormStatsTest, Pi05UsesQuantiles) {
  config_.variant = Variant::kPi05;
  const NormStats stats = load(kState, kActions);
  std::vector<float> out(2);
  normalise(stats.state, std::vector<float>{-1, 8}, out);
  EXPECT_NEAR(out[0], -1.0, 1e-6);
  EXPECT_NEAR(out[1], 1.0, 1e-6);
  std::vector<float> actions(1);
  unnormalise(stats.actions, std::vector<float>{0.5f}, 1, actions);
  EXPECT_NEAR(actions[0], 15, 1e-4);
}

TEST_F(NormStatsTest, BadStatisticsAreNamed) {
  using testing::HasSubstr;
  EXPECT_THAT(error(R"({"std":[2,4]})"), HasSubstr("field norm_stats.state.mean: expected a value"));
  EXPECT_THAT(error(R"({"mean":[1],"std":[2,4]})"), HasSubstr("norm_stats.state.mean: expected at least 2 numbers"));
  EXPECT_THAT(error(R"({"mean":[1,null],"std":[2,4]})"), HasSubstr("norm_stats.state.mean"));
  EXPECT_THAT(error(R"({"mean":[1,2],"std":[2,-4]})"), HasSubstr("norm_stats.state.std: expected a positive spread"));
  EXPECT_THAT(error("7"), HasSubstr("norm_stats.state: expected an object"));
}

}  // namespace
}  // namespace awd
