// Props that the program moves: walls of a moved bin, a ride on the turntable, the button's spring, snapshots of it
// all.
#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "sim/table_scene.h"
#include "sim/world.h"

namespace awd::sim {
namespace {

constexpr Action kStay{0, 0, 0, 0, 0, 0, kGripperOpen};

void stay(World& world, int steps) {
  for (int i = 0; i < steps; ++i) world.step(kStay);
}

Pose at(double x, double y, double z = 0) { return {.position = {x, y, z}}; }

TEST(Props, ParkedUnlessATaskUsesThem) {
  World world({.render = false});
  world.reset("put_red_cube", 1);
  EXPECT_EQ(world.scene().prop(Prop::kBin).position[2], 0);
  for (const Prop prop : {Prop::kMark, Prop::kButton, Prop::kTurntable, Prop::kIntruder, Prop::kDistractor}) {
    EXPECT_LT(world.scene().prop(prop).position[2], -1);
  }
}

TEST(Props, MovedBinCatchesWhatFallsIntoIt) {
  World world({.render = false});
  world.reset("put_red_cube", 1);
  world.set_prop(Prop::kBin, {.position = {0.45, -0.33, 0}, .rotation = from_yaw(0.5)});
  world.set_object_pose(0, at(0.45, -0.33, 0.08));
  stay(world, 10);
  EXPECT_TRUE(world.success());
  EXPECT_NEAR(world.scene().objects[0].position[2], 0.026, 1e-3);  // on the bin's floor

  const Vec3 on_wall = rotated(from_yaw(0.5), {0.071, 0, 0.0});
  world.set_object_pose(2, at(0.45 + on_wall[0], -0.33 + on_wall[1], 0.075));
  stay(world, 2);
  EXPECT_GT(world.scene().objects[2].position[2], 0.05);  // the wall carries it
}

TEST(Props, ObjectsRideOnTheTurntable) {
  World world({.render = false});
  world.reset("put_red_cube", 1);
  const Vec3 centre{0.55, -0.30, 0};
  world.set_prop(Prop::kTurntable, {.position = centre});
  world.set_object_pose(0, at(centre[0] + 0.06, centre[1], kTurntableTop + 0.0201));
  world.set_turntable_speed(0.8);
  stay(world, 4);
  EXPECT_NEAR(world.scene().turntable_speed, 0.8, 0.01);
  const auto angle = [&] {
    const Vec3 arm = world.scene().objects[0].position - centre;
    return std::atan2(arm[1], arm[0]);
  };
  const double before = angle();
  stay(world, 20);
  EXPECT_NEAR(angle() - before, 0.8, 0.02);
  EXPECT_NEAR(horizontal_distance(world.scene().objects[0].position, centre), 0.06, 4e-3);
  world.set_turntable_speed(0);
  stay(world, 4);
  EXPECT_NEAR(world.scene().turntable_speed, 0, 1e-2);
}

TEST(Props, ButtonGoesDownUnderTheClosedHandAndComesBack) {
  World world({.render = false});
  world.reset("put_red_cube", 1);
  const Vec3 hand = world.scene().tcp.position;
  world.set_prop(Prop::kButton, {.position = {hand[0], hand[1], 0}});
  stay(world, 2);
  EXPECT_NEAR(world.scene().button_travel, 0, 1e-3);
  Action press = kStay;
  press[6] = kGripperClose;
  press[2] = -0.4f;
  for (int step = 0; step < 25; ++step) world.step(press);
  EXPECT_NEAR(world.scene().button_travel, kButtonTravel, 2e-3);
  Action lift = kStay;
  lift[2] = 0.4f;
  for (int step = 0; step < 10; ++step) world.step(lift);
  EXPECT_NEAR(world.scene().button_travel, 0, 1e-3);
}

TEST(Props, SnapshotKeepsThem) {
  World world({.image_size = 32});
  world.reset("put_red_cube", 2);
  world.set_prop(Prop::kTurntable, at(0.55, -0.30));
  world.set_object_pose(1, at(0.58, -0.30, kTurntableTop + 0.026));
  world.set_turntable_speed(-1.5);
  world.set_prop(Prop::kIntruder, {.position = {0.5, -0.4, 0.1}, .rotation = from_yaw(std::numbers::pi / 2)});
  world.set_prop(Prop::kBin, at(0.5, 0.3));
  stay(world, 5);
  const auto snapshot = world.save();
  const auto future = [&] {
    std::vector<double> values;
    for (int step = 0; step < 8; ++step) {
      world.step(world.task().expert(world.scene()).action);
      const ImageView view = world.observe().cameras[0];
      values.insert(values.end(), view.data, view.data + 32 * 32 * 3);
      for (const double value : world.physics_state()) values.push_back(value);
    }
    return values;
  };
  const std::vector<double> expected = future();
  world.reset("put_blue_box", 5);
  world.set_prop(Prop::kMark, at(0.5, 0));
  world.restore(*snapshot);
  EXPECT_EQ(future(), expected);
}

}  // namespace
}  // namespace awd::sim
