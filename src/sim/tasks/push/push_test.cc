// The push task: layouts with a free way, what counts as done, and the expert's choices on scenes made by hand.
#include "sim/tasks/push/push.h"

#include <gtest/gtest.h>

#include <cmath>

#include "sim/table_scene.h"
#include "sim/tasks/push/push_expert.h"

namespace awd::sim {
namespace {

constexpr int kBox = 2;

/// The box at x 0.40, the mark 20 cm further on, hand with closed fingers.
SceneState scene_with_hand(const Vec3& hand) {
  SceneState scene;
  scene.tcp = {hand, kHandDown};
  scene.objects[kBox].position = {0.40, 0, 0.02};
  scene.props[int(Prop::kMark)].position = {0.60, 0, 0};
  return scene;
}

Action move(const Vec3& hand) { return push_to(scene_with_hand(hand), kBox, {0.60, 0, 0}).action; }

TEST(Push, WayToTheMarkIsFree) {
  const Task& task = find_task("push_to_mark");
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Rng rng(seed);
    Layout layout = task.place(rng);
    const Vec3 start = layout.objects[kBox].position, mark = layout.prop(Prop::kMark).position;
    EXPECT_GT(horizontal_distance(start, mark), 0.13);
    EXPECT_LT(std::fabs(mark[1]), 0.23);
    EXPECT_LT(mark[0], 0.66);
    for (int i = 0; i < kBox; ++i) {
      for (const double share : {0.0, 0.25, 0.5, 0.75, 1.0}) {
        const Vec3 on_the_way = start + share * (mark - start);
        EXPECT_GT(horizontal_distance(layout.objects[i].position, on_the_way), 0.095) << "seed " << seed;
      }
    }
  }
}

TEST(Push, DoneWithTheBoxOnTheMarkAndOnTheTable) {
  const Task& task = find_task("push_to_mark");
  SceneState scene = scene_with_hand({0.40, 0, 0.2});
  EXPECT_FALSE(task.is_success(scene));
  scene.objects[kBox].position = {0.58, 0.01, 0.02};  // 2.2 cm off
  EXPECT_TRUE(task.is_success(scene));
  EXPECT_EQ(task.phase(scene), Phase::kPlace);
  scene.objects[kBox].position[2] = 0.08;
  EXPECT_FALSE(task.is_success(scene));
}

TEST(Push, ExpertPushesFromBehindAndNeverPressesDownMeanwhile) {
  const Action action = move({0.365, 0, 0.024});
  EXPECT_GT(action[0], 0.1f);
  EXPECT_FLOAT_EQ(action[1], 0);
  EXPECT_FLOAT_EQ(action[2], 0);
  EXPECT_FLOAT_EQ(action[6], kGripperClose);
}

TEST(Push, ExpertGoesOverTheBoxToItsFarSide) {
  const Action in_front = move({0.44, 0, 0.02});
  EXPECT_GT(in_front[2], 0.1f);     // lifts first
  EXPECT_FLOAT_EQ(in_front[0], 0);  // and does not push back meanwhile
  EXPECT_LT(move({0.44, 0, 0.105})[0], -0.1f);
  EXPECT_LT(move({0.35, 0, 0.105})[2], -0.1f);  // over the stand-off: down
}

TEST(Push, ExpertLeavesUpwardsWhenDone) {
  SceneState scene = scene_with_hand({0.56, 0, 0.02});
  scene.objects[kBox].position = {0.595, 0, 0.02};
  const ExpertMove done = push_to(scene, kBox, {0.60, 0, 0});
  EXPECT_FLOAT_EQ(done.action[0], 0);
  EXPECT_GT(done.action[2], 0.1f);
}

}  // namespace
}  // namespace awd::sim
