// The simulated world without a policy: same bits for the same seed, snapshots, directions of actions, refusals.
#include "sim/world.h"

#include <gmock/gmock.h>

#include <cmath>
#include <limits>

#include "awd/error.h"

namespace awd::sim {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr Action kStay{0, 0, 0, 0, 0, 0, kGripperOpen};

/// A fixed wandering sequence that moves, turns and uses the gripper.
Action wander(int step) {
  const float t = float(step);
  return {0.3f * std::sin(t),        0.3f * std::cos(0.7f * t),  -0.1f, 0, 0,
          0.1f * std::sin(0.3f * t), step % 8 < 4 ? -1.0f : 1.0f};
}

std::vector<std::uint8_t> pixels(const ImageView& view) {
  return {view.data, view.data + std::size_t(view.height) * view.width * 3};
}

TEST(World, EveryTaskRunsFiftySteps) {
  World world({.render = false});
  for (const std::string& name : task_names()) {
    world.reset(name, 7);
    for (int step = 0; step < 50; ++step) world.step(wander(step));
    EXPECT_NEAR(world.time_s(), 2.5, 1e-9);
    for (const double value : world.physics_state()) EXPECT_TRUE(std::isfinite(value));
  }
}

TEST(World, SameSeedAndActionsGiveTheSameBits) {
  World first({.image_size = 64});
  World second({.image_size = 64});
  second.reset("put_blue_box", 99);  // whatever ran before must not matter
  for (int step = 0; step < 5; ++step) second.step(wander(step));
  first.reset("put_red_cube", 3);
  second.reset("put_red_cube", 3);
  for (int step = 0; step < 30; ++step) {
    ASSERT_EQ(first.physics_state(), second.physics_state()) << "step " << step;
    const Observation a = first.observe(), b = second.observe();
    for (int i = 0; i < kCameraCount; ++i) ASSERT_EQ(pixels(a.cameras[i]), pixels(b.cameras[i])) << "step " << step;
    first.step(wander(step));
    second.step(wander(step));
  }
}

TEST(World, RestoreContinuesWithTheSameBits) {
  World world({.render = false});
  world.reset("put_green_cylinder", 4);
  for (int step = 0; step < 15; ++step) world.step(world.task().expert(world.scene()).action);
  const auto snapshot = world.save();
  const double time = world.time_s();
  std::vector<std::vector<double>> expected;
  for (int step = 0; step < 10; ++step) {
    world.step(world.task().expert(world.scene()).action);
    expected.push_back(world.physics_state());
  }
  world.reset("put_red_cube", 8);
  world.restore(*snapshot);
  EXPECT_EQ(world.task().name(), "put_green_cylinder");
  EXPECT_NEAR(world.time_s(), time, 1e-9);
  for (int step = 0; step < 10; ++step) {
    world.step(world.task().expert(world.scene()).action);
    EXPECT_EQ(world.physics_state(), expected[step]) << "step " << step;
  }
}

// Physics normalises quaternions in place; doing so twice changes bits, in a share of all states.
TEST(World, RestoreGivesTheSavedBitsAtManyStates) {
  World world({.render = false});
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    world.reset("put_red_cube", seed);
    for (int step = 0; step < 15; ++step) world.step(world.task().expert(world.scene()).action);
    const auto snapshot = world.save();
    const std::vector<double> saved = world.physics_state();
    const ExpertMove move = world.task().expert(world.scene());
    world.step(kStay);
    world.restore(*snapshot);
    EXPECT_EQ(world.physics_state(), saved) << "seed " << seed;
    EXPECT_EQ(world.task().expert(world.scene()).action, move.action) << "seed " << seed;
  }
}

TEST(World, HomeIsUprightOpenAndReach) {
  World world({.render = false});
  world.reset("put_red_cube", 0);
  const Observation observation = world.observe();
  ASSERT_EQ(observation.state.size(), 8u);
  ASSERT_EQ(observation.joints.size(), 7u);
  for (int i = 3; i < 6; ++i) EXPECT_NEAR(observation.state[i], 0, 2e-3);
  for (int i = 6; i < 8; ++i) EXPECT_NEAR(observation.state[i], 0.04, 1e-3);
  EXPECT_NEAR(observation.joints[5], 2.2849, 5e-3);
  EXPECT_EQ(observation.prompt, "put the red cube in the bin");
  EXPECT_EQ(world.phase(), "reach");
  EXPECT_FALSE(world.success());
  EXPECT_TRUE(observation.cameras[0].empty());
}

TEST(World, PositiveGripperClosesAndNegativeOpens) {
  World world({.render = false});
  world.reset("put_red_cube", 0);
  Action close = kStay;
  close[6] = 1;
  for (int step = 0; step < 10; ++step) world.step(close);
  EXPECT_LT(world.scene().opening(), 2e-3);
  for (int step = 0; step < 10; ++step) world.step(kStay);
  EXPECT_NEAR(world.scene().opening(), 0.04, 1e-3);
}

TEST(World, ActionsMoveAndTurnTheHandInTheWorldFrame) {
  World world({.render = false});
  world.reset("put_red_cube", 0);
  const Pose start = world.scene().tcp;
  Action action = kStay;
  action[1] = 0.4f;  // 2 cm along y
  action[5] = 0.2f;  // 0.1 rad about z
  for (int step = 0; step < 5; ++step) world.step(action);
  for (int step = 0; step < 5; ++step) world.step(kStay);
  const Vec3 moved = world.scene().tcp.position - start.position;
  EXPECT_NEAR(moved[0], 0, 2e-3);
  EXPECT_NEAR(moved[1], 0.10, 2e-3);
  EXPECT_NEAR(moved[2], 0, 2e-3);
  EXPECT_NEAR(rotation_from_down(world.scene().tcp.rotation)[2], 0.5, 1e-2);
}

TEST(World, BlockedArmDoesNotPileUpCommand) {
  World world({.render = false});
  world.reset("put_red_cube", 0);
  Action down = kStay;
  down[2] = -1;
  for (int step = 0; step < 40; ++step) world.step(down);
  EXPECT_LT(norm(world.commanded_tcp().position - world.scene().tcp.position), 0.05);
}

TEST(World, MovedObjectIsWhereItWasPut) {
  World world({.render = false});
  world.reset("put_red_cube", 0);
  Pose pose = world.scene().objects[2];
  pose.position[1] -= 0.04;
  world.set_object_pose(2, pose);
  world.step(kStay);
  EXPECT_NEAR(world.scene().objects[2].position[1], pose.position[1], 1e-4);
}

TEST(World, RefusesWhatMakesNoSense) {
  World world({.render = false});
  EXPECT_THAT([&] { world.reset("juggle", 0); }, ThrowsMessage<Error>(HasSubstr("put_red_cube")));
  world.reset("put_red_cube", 0);
  Action action = kStay;
  action[3] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT([&] { world.step(action); }, ThrowsMessage<Error>(HasSubstr("finite")));
  EXPECT_THAT([&] { world.step(std::span<const float>(kStay).first(6)); }, ThrowsMessage<Error>(HasSubstr("got 6")));
}

}  // namespace
}  // namespace awd::sim
