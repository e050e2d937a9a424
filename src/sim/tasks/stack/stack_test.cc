// The stacking task: what counts as stacked, and that the cube is set down where the box is.
#include "sim/tasks/stack/stack.h"

#include <gtest/gtest.h>

namespace awd::sim {
namespace {

constexpr int kCube = 0, kBox = 2;

SceneState stacked_scene() {
  SceneState scene;
  scene.tcp = {{0.5, 0.05, 0.12}, kHandDown};
  scene.fingers = {0.04, 0.04};
  scene.objects[kBox].position = {0.5, 0.05, 0.02};
  scene.objects[kCube].position = {0.51, 0.05, 0.06};
  return scene;
}

TEST(Stack, DoneWhenTheCubeStandsOnTheBoxAndIsLetGo) {
  const Task& task = find_task("stack_red_on_blue");
  SceneState scene = stacked_scene();
  EXPECT_TRUE(task.is_success(scene));
  EXPECT_EQ(task.phase(scene), Phase::kPlace);
  scene.fingers = {0.02, 0.02};
  EXPECT_FALSE(task.is_success(scene));
  scene = stacked_scene();
  scene.objects[kCube].position = {0.525, 0.05, 0.06};  // its centre beyond the tolerance
  EXPECT_FALSE(task.is_success(scene));
  scene.objects[kCube].position = {0.51, 0.05, 0.02};
  EXPECT_FALSE(task.is_success(scene));
}

TEST(Stack, ExpertBringsTheHeldCubeOverTheBoxNotTheHand) {
  SceneState scene = stacked_scene();
  scene.fingers = {0.02, 0.02};
  scene.objects[kCube].position = {0.5, 0.05, 0.14};
  scene.tcp.position = {0.51, 0.05, 0.14};  // the cube sits 1 cm off between the pads
  const ExpertMove move = find_task("stack_red_on_blue").expert(scene);
  EXPECT_EQ(move.stage, ExpertStage::kCarry);
  EXPECT_FLOAT_EQ(move.action[0], 0);
  EXPECT_LT(move.action[2], 0);
}

TEST(Stack, ExpertLeavesStraightUp) {
  SceneState scene = stacked_scene();
  scene.tcp.position = {0.512, 0.048, 0.065};
  const ExpertMove move = find_task("stack_red_on_blue").expert(scene);
  EXPECT_EQ(move.stage, ExpertStage::kRelease);
  EXPECT_FLOAT_EQ(move.action[0], 0);
  EXPECT_FLOAT_EQ(move.action[1], 0);
  EXPECT_GT(move.action[2], 0.1f);
  EXPECT_FLOAT_EQ(move.action[6], kGripperOpen);
}

}  // namespace
}  // namespace awd::sim
