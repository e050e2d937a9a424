// The expert finishes every task on 20 layouts, the arm follows it closely, and its move depends on the scene alone.
#include "sim/expert.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "sim/pick_and_place.h"
#include "sim/world.h"

namespace awd::sim {
namespace {

constexpr int kSeeds = 20, kMaxSteps = 110;

TEST(Expert, FinishesEveryTask) {
  World world({.render = false});
  for (const std::string& name : task_names()) {
    for (std::uint64_t seed = 1000; seed < 1000 + kSeeds; ++seed) {
      world.reset(name, seed);
      for (int step = 0; step < kMaxSteps && !world.success(); ++step) {
        world.step(world.task().expert(world.scene()).action);
      }
      EXPECT_TRUE(world.success()) << name << " seed " << seed;
    }
  }
}

// The command may not run ahead of what a picture shows: an action would then depend on something unseen.
TEST(Expert, ArmFollowsTheCommandWithinMillimetres) {
  World world({.render = false});
  world.reset("put_red_cube", 5);
  std::vector<double> lag;
  while (!world.success() && lag.size() < kMaxSteps) {
    world.step(world.task().expert(world.scene()).action);
    lag.push_back(norm(world.commanded_tcp().position - world.scene().tcp.position));
  }
  std::nth_element(lag.begin(), lag.begin() + lag.size() / 2, lag.end());
  EXPECT_LT(lag[lag.size() / 2], 2e-3);
}

TEST(Expert, IsAFunctionOfTheSceneAlone) {
  SceneState scene;
  scene.tcp = {{0.45, 0.0, 0.25}, kHandDown};
  scene.fingers = {0.04, 0.04};
  for (Pose& object : scene.objects) object.position = {0.5, 0.1, 0.02};
  const ExpertMove first = pick_into_bin(scene, 0);
  EXPECT_EQ(first.action, pick_into_bin(scene, 0).action);
  EXPECT_EQ(first.stage, ExpertStage::kApproach);
  EXPECT_EQ(first.action[6], -1.0f);
  EXPECT_LT(first.action[2], 0.0f);
}

}  // namespace
}  // namespace awd::sim
