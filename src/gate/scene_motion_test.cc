// Hand-made patches: motion adds up over steps and cells, weighted with importance, inside the workspace only.
#include "gate/scene_motion.h"

#include <gtest/gtest.h>

#include <cmath>

#include "gate/masked_residual.h"
#include "gate/test_patches.h"

namespace awd {
namespace {

class SceneMotion : public testing::Test {
 protected:
  SceneMotion() {
    camera_.now = grey_ramp();
    anchor_.attended.fill(1);
    anchor_.robot_known = camera_.robot_known = true;
    watch_scene(options_, age_++, camera_);
  }
  /// One step in which `cell` changes by 30 grey levels.
  void flip(int cell) {
    brighten(camera_.now, cell, is_bright_ ? -30 : 30);
    is_bright_ = !is_bright_;
    watch_scene(options_, age_++, camera_);
  }
  double score() { return scene_motion(camera_, anchor_, options_); }

  ResidualOptions options_{.noise_floor = 2};
  GateState::Camera camera_;
  Anchor::Camera anchor_;
  int age_ = 1;
  bool is_bright_ = false;
};

TEST_F(SceneMotion, CountsTheStepsOfEveryCellThatMoves) {
  EXPECT_EQ(score(), 0);
  for (int i = 0; i < 5; ++i) flip(77);
  EXPECT_EQ(score(), 5);
  watch_scene(options_, age_++, camera_);  // stands still
  EXPECT_EQ(score(), 5);
}

TEST_F(SceneMotion, WeighsWithImportance) {
  anchor_.attended[77] = 0.25;
  for (int i = 0; i < 4; ++i) flip(77);
  EXPECT_DOUBLE_EQ(score(), 1);
}

TEST_F(SceneMotion, ANewAnchorStartsAtZero) {
  for (int i = 0; i < 4; ++i) flip(77);
  age_ = 1;
  flip(77);
  EXPECT_EQ(score(), 1);
}

TEST_F(SceneMotion, RowsAboveTheWorkspaceAndTheRobotDoNotCount) {
  options_.motion_top = 5;
  flip(4 * kPatchGrid + 3);
  EXPECT_EQ(score(), 0);
  flip(4 * kPatchGrid + 3);
  flip(5 * kPatchGrid + 3);
  EXPECT_EQ(score(), 1);
  camera_.robot[5 * kPatchGrid + 3] = 1;
  flip(5 * kPatchGrid + 3);
  EXPECT_EQ(score(), 1);
}

TEST_F(SceneMotion, NeedsTheRobotsMask) {
  camera_.robot_known = false;
  EXPECT_TRUE(std::isnan(score()));
}

}  // namespace
}  // namespace awd
