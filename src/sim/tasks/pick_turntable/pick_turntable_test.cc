// The dynamic task: speeds as a function of the seed, a ride without slipping, snapshots, and that chunks executed
// blindly miss what following every picture catches.
#include "sim/tasks/pick_turntable/pick_turntable.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "sim/table_scene.h"
#include "sim/world.h"

namespace awd::sim {
namespace {

constexpr std::string_view kName = "pick_turntable";
constexpr int kCylinder = 1, kMaxSteps = 130;
constexpr Action kStay{0, 0, 0, 0, 0, 0, kGripperOpen};

const Task& task() { return find_task(kName); }

TEST(PickTurntable, LayoutStandsTheCylinderAloneOnTheDisc) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Rng rng(seed);
    Layout layout = task().place(rng);
    const Vec3 centre = layout.prop(Prop::kTurntable).position;
    EXPECT_LT(horizontal_distance(layout.objects[kCylinder].position, centre), 0.085 + 1e-9) << "seed " << seed;
    EXPECT_GT(horizontal_distance(layout.objects[0].position, centre), 0.17);
    EXPECT_GT(horizontal_distance(layout.objects[2].position, centre), 0.17);
    EXPECT_GT(layout.turntable_speed, 0);
  }
}

TEST(PickTurntable, SpeedChangesEvery12To25Steps) {
  int slow = 0, fast = 0;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    int last = 0;
    for (int step = 1; step <= 200; ++step) {
      const std::optional<double> speed = task().turntable_change(seed, step);
      EXPECT_EQ(speed, task().turntable_change(seed, step));
      if (!speed) continue;
      EXPECT_TRUE(step - last >= 12 && step - last <= 25) << "seed " << seed << " step " << step;
      last = step;
      const bool is_slow = *speed >= 0.03 && *speed <= 0.10, is_fast = *speed >= 1.1 && *speed <= 1.8;
      EXPECT_TRUE(is_slow || is_fast) << *speed;
      (is_slow ? slow : fast) += 1;
    }
    EXPECT_GT(last, 170);
  }
  EXPECT_NEAR(double(slow) / (slow + fast), 0.35, 0.06);
}

TEST(PickTurntable, WorldFollowsTheScheduleAndReportsIt) {
  World world({.render = false});
  world.reset(kName, 5);
  EXPECT_EQ(world.observe_robot().event, "");
  int changes = 0;
  double expected = -1;  // none yet
  for (int step = 1, since = 0; step <= 60; ++step, ++since) {
    world.step(kStay);
    if (expected > 0 && since >= 4) {
      EXPECT_NEAR(world.scene().turntable_speed, expected, 0.02) << "step " << step;
    }
    const std::optional<double> speed = task().turntable_change(5, step);
    EXPECT_EQ(world.observe_robot().event, speed ? "speed" : "") << "step " << step;
    if (!speed) continue;
    ++changes;
    expected = *speed;
    since = 0;
  }
  EXPECT_GE(changes, 2);
}

TEST(PickTurntable, CylinderRidesWithoutSlidingOff) {
  World world({.render = false});
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    world.reset(kName, seed);
    const auto radius = [&] {
      return horizontal_distance(world.scene().objects[kCylinder].position,
                                 world.scene().prop(Prop::kTurntable).position);
    };
    const double before = radius();
    for (int step = 0; step < 100; ++step) world.step(kStay);
    EXPECT_NEAR(radius(), before, 6e-3) << "seed " << seed;
    EXPECT_NEAR(world.scene().objects[kCylinder].position[2], kTurntableTop + 0.025, 1e-3);
  }
}

TEST(PickTurntable, SnapshotContinuesTheSchedule) {
  World world({.render = false});
  world.reset(kName, 9);
  for (int step = 0; step < 10; ++step) world.step(task().expert(world.scene()).action);
  const auto snapshot = world.save();
  std::vector<std::vector<double>> ends;
  for (int run = 0; run < 2; ++run) {
    world.restore(*snapshot);
    for (int step = 0; step < 40; ++step) world.step(kStay);
    ends.push_back(world.physics_state());
    world.reset(kName, 77);  // whatever ran in between must not matter
  }
  EXPECT_EQ(ends[0], ends[1]);
}

/// Plays the expert, asked every `horizon` steps for a chunk that a model world without changes of speed works out;
/// whether the task is done in time.
bool succeeds_in_chunks(World& world, World& model, std::uint64_t seed, int horizon) {
  constexpr double kMeanSpeed = 0.965;  // 0.35 x 0.065 + 0.65 x 1.45 rad/s
  world.reset(kName, seed);
  for (int step = 0; step < kMaxSteps && !world.success();) {
    model.restore(*world.save());
    std::vector<Action> chunk;
    for (int i = 0; i < horizon; ++i) {
      model.set_turntable_speed(kMeanSpeed);
      chunk.push_back(task().expert(model.scene()).action);
      model.step(chunk.back());
    }
    for (int i = 0; i < horizon && step < kMaxSteps && !world.success(); ++i, ++step) world.step(chunk[i]);
  }
  return world.success();
}

TEST(PickTurntable, BlindChunksMissWhatEveryPictureCatches) {
  World world({.render = false}), model({.render = false});
  constexpr int kEpisodes = 24;
  int blind = 0, seeing = 0;
  for (std::uint64_t seed = 0; seed < kEpisodes; ++seed) {
    blind += succeeds_in_chunks(world, model, seed, 20);
    seeing += succeeds_in_chunks(world, model, seed, 1);
  }
  EXPECT_EQ(seeing, kEpisodes);
  EXPECT_LE(blind, kEpisodes - 3);
}

}  // namespace
}  // namespace awd::sim
