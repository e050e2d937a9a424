// Scenes of hand-made patches: what counts as news, what as noise, what the robot hides.
#include "gate/masked_residual.h"

#include <gtest/gtest.h>

#include <cmath>

#include "gate/test_patches.h"

namespace awd {
namespace {

class MaskedResidual : public testing::Test {
 protected:
  MaskedResidual() {
    anchor_.patches = camera_.now = grey_ramp();
    anchor_.attended.fill(1);
    anchor_.robot_known = camera_.robot_known = true;
  }
  /// The present picture `n` times.
  void watch(int n = 1) {
    for (int i = 0; i < n; ++i) watch_scene(options_, age_++, camera_);
  }
  double score() { return masked_residual(camera_, anchor_, options_); }

  ResidualOptions options_{.noise_floor = 2, .noise_gain = 2, .noise_learning = 0, .residual_rank = 1};
  GateState::Camera camera_;
  Anchor::Camera anchor_;
  int age_ = 0;
};

TEST_F(MaskedResidual, CountsAChangeInMultiplesOfTheFloor) {
  watch(3);
  EXPECT_NEAR(score(), 0, 1e-4);
  brighten(camera_.now, 77, 30);
  watch();
  EXPECT_NEAR(score(), 15, 0.2);
}

TEST_F(MaskedResidual, RankAsksForSeveralCells) {
  options_.residual_rank = 2;
  watch(3);
  brighten(camera_.now, 77, 30);
  watch();
  EXPECT_NEAR(score(), 0, 0.1);
  brighten(camera_.now, 80, 20);
  watch();
  EXPECT_NEAR(score(), 10, 0.3);
}

TEST_F(MaskedResidual, ExposureIsNoChange) {
  watch(3);
  for (float& value : camera_.now) value = 1.2f * value + 6;
  watch();
  EXPECT_NEAR(score(), 0, 1e-2);
}

TEST_F(MaskedResidual, WhatKeepsChangingExcusesItselfAndItsNeighbours) {
  options_.noise_window = 1e6;
  watch(2);
  for (int i = 1; i <= 3; ++i) {
    brighten(camera_.now, 77, 30);
    watch();
    EXPECT_NEAR(score(), 30 * i / 2.0, 0.5) << i;  // once or twice is news
  }
  brighten(camera_.now, 77 + 17, 50);  // the diagonal neighbour
  watch();
  EXPECT_NEAR(score(), 90.0 / (2 + 2 * 30), 0.05);
  brighten(camera_.now, 80, 30);  // far away
  watch();
  EXPECT_NEAR(score(), 15, 0.3);
}

TEST_F(MaskedResidual, NoiseIsForgotten) {
  options_.noise_window = 10;
  watch(2);
  for (int i = 0; i < 6; ++i) {
    brighten(camera_.now, 77, i % 2 == 0 ? 30 : -30);
    watch();
  }
  const float noise = camera_.noise[77];
  watch(10);
  EXPECT_GT(noise, 20);
  EXPECT_NEAR(camera_.noise[77], camera_.changes[2][77] * std::exp(0.1f), 1e-3);
  EXPECT_LT(camera_.noise[77], noise / 2);
}

TEST_F(MaskedResidual, ImportanceCanTakeTheExcuseAway) {
  options_ = {.noise_floor = 2, .noise_gain = 2, .noise_learning = 0, .attended_noise = 0, .residual_rank = 1};
  anchor_.attended.fill(0);
  anchor_.attended[77] = 1;
  camera_.noise.fill(14);
  camera_.steps = 1;
  brighten(camera_.now, 77, 30);
  EXPECT_NEAR(score(), 30.0 / 2, 0.2);
  anchor_.attended[77] = 0;
  EXPECT_NEAR(score(), 30.0 / (2 + 2 * 14), 0.1);
}

TEST_F(MaskedResidual, CellsOfTheRobotAreLeftOut) {
  watch(3);
  camera_.robot[77] = 1;
  brighten(camera_.now, 77, 100);
  watch();
  EXPECT_NEAR(score(), 0, 0.1);
}

TEST_F(MaskedResidual, WhereTheRobotHasPassedOnlyStepsCount) {
  watch(3);
  camera_.robot[77] = 1;
  watch();
  camera_.robot[77] = 0;
  brighten(camera_.now, 77, 50);  // the robot has taken something away
  watch(2);
  EXPECT_NEAR(score(), 0, 0.1);
  brighten(camera_.now, 77, 20);  // now something else has happened there
  watch();
  EXPECT_NEAR(score(), 10, 0.3);
}

TEST_F(MaskedResidual, AtANewAnchorTheSweepStartsAgain) {
  camera_.robot[77] = 1;
  watch(3);
  EXPECT_EQ(camera_.swept[77], 1);
  camera_.robot[77] = 0;
  age_ = 1;
  watch();
  EXPECT_EQ(camera_.swept[77], 0);
}

TEST_F(MaskedResidual, WithoutMaskOrCellsOrMemoryThereIsNoScore) {
  options_.noise_learning = 2;
  watch(2);
  EXPECT_TRUE(std::isnan(score()));
  watch();
  EXPECT_FALSE(std::isnan(score()));
  anchor_.robot_known = false;
  EXPECT_TRUE(std::isnan(score()));
  anchor_.robot_known = true;
  camera_.swept.fill(1);
  EXPECT_TRUE(std::isnan(score()));
}

}  // namespace
}  // namespace awd
