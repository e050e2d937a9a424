// A thousand bursts per stage: length, bounds and share of kinds; stages that are never disturbed.
#include "sim/disturbance.h"

#include <gtest/gtest.h>

#include <cmath>

namespace awd::sim {
namespace {

TEST(Perturbation, BurstsAreShortLegalAndMostlyDrifts) {
  for (const ExpertStage stage : {ExpertStage::kApproach, ExpertStage::kCarry, ExpertStage::kPush}) {
    Rng rng(5);
    const float grip = stage == ExpertStage::kApproach ? -1.0f : 1.0f;
    int wrong_gripper = 0;
    for (int i = 0; i < 1000; ++i) {
      const auto burst = draw_burst(rng, stage);
      EXPECT_TRUE(burst.size() >= 2 && burst.size() <= 6);
      for (const float value : burst.front()) EXPECT_LE(std::fabs(value), 1.0f);
      EXPECT_EQ(burst.front(), burst.back());
      if (burst.front()[6] != grip) ++wrong_gripper;
    }
    EXPECT_NEAR(wrong_gripper, 180, 40);
  }
}

TEST(Perturbation, OnlyLongMotionsAreDisturbed) {
  EXPECT_GT(burst_probability(ExpertStage::kApproach), burst_probability(ExpertStage::kCarry));
  EXPECT_GT(burst_probability(ExpertStage::kCarry), 0);
  EXPECT_GT(burst_probability(ExpertStage::kPush), 0);
  for (const ExpertStage stage : {ExpertStage::kClose, ExpertStage::kRelease, ExpertStage::kReopen}) {
    EXPECT_EQ(burst_probability(stage), 0);
  }
}

}  // namespace
}  // namespace awd::sim
