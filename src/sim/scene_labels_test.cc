// Labels against what is known of the scene: where things project to, and what they are to a task.
#include "sim/scene_labels.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "sim/layout.h"
#include "sim/world.h"

namespace awd::sim {
namespace {

constexpr int kSize = 224, kBase = 0, kWrist = 1;

std::ptrdiff_t count(const LabelView& view, SceneLabel label) {
  return std::count(view.data, view.data + std::size_t(view.height) * view.width, label);
}

/// The label at the pixel in which `camera` shows a point.
SceneLabel label_at(World& world, const Vec3& point, int camera) {
  const PicturePoint at = world.project(point, camera);
  const LabelView view = world.labels()[std::size_t(camera)];
  return view.data[std::size_t(at.y * kSize) * kSize + std::size_t(at.x * kSize)];
}

class EveryTask : public ::testing::TestWithParam<std::string> {};

TEST_P(EveryTask, TargetIsWhereTheFocusProjectsTo) {
  World world({.image_size = kSize});
  for (const std::uint64_t seed : {0u, 1u, 2u}) {
    world.reset(GetParam(), seed);
    const Vec3 up{0, 0, world.task().movable_target() ? 0 : 0.03};  // the button's position is where it stands
    EXPECT_EQ(label_at(world, world.task().focus(world.scene()).position + up, kBase), SceneLabel::kTarget) << seed;
    const LabelView view = world.labels()[kBase];
    EXPECT_GE(count(view, SceneLabel::kTarget), 60) << seed;
    EXPECT_LE(count(view, SceneLabel::kTarget), 1500) << seed;
    EXPECT_GE(count(view, SceneLabel::kRobot), 2000) << seed;
    EXPECT_GE(count(view, SceneLabel::kBackground), kSize * kSize / 2) << seed;
    const bool has_goal = world.task().focus_thing() != world.task().goal_thing();
    EXPECT_EQ(count(view, SceneLabel::kGoal) > 0, has_goal) << seed;
  }
}

INSTANTIATE_TEST_SUITE_P(SceneLabels, EveryTask, ::testing::ValuesIn(task_names()),
                         [](const auto& test) { return test.param; });

TEST(SceneLabels, TellTargetGoalAndOtherApart) {
  World world({.image_size = kSize});
  world.reset("stack_red_on_blue", 3);
  const auto& objects = world.scene().objects;
  EXPECT_EQ(label_at(world, objects[0].position, kBase), SceneLabel::kTarget);
  EXPECT_EQ(label_at(world, objects[1].position, kBase), SceneLabel::kOther);
  EXPECT_EQ(label_at(world, objects[2].position, kBase), SceneLabel::kGoal);
  EXPECT_EQ(label_at(world, {0.8, 0.3, 0}, kBase), SceneLabel::kBackground);
  EXPECT_EQ(label_at(world, world.scene().tcp.position + Vec3{0, 0, 0.06}, kBase), SceneLabel::kRobot);
}

TEST(SceneLabels, PropsOfScenariosAreOther) {
  World world({.image_size = kSize});
  world.reset("put_red_cube", 4);
  world.set_prop(Prop::kIntruder, {.position = {0.7, -0.3, 0.1}});
  world.set_prop(Prop::kDistractor, {.position = {-0.35, 0.36, 0.06}});
  EXPECT_EQ(label_at(world, {0.7, -0.3, 0.1}, kBase), SceneLabel::kOther);
  EXPECT_EQ(label_at(world, {-0.35, 0.36, 0.06}, kBase), SceneLabel::kOther);
}

TEST(SceneLabels, DoNotDisturbThePictures) {
  World world({.image_size = kSize});
  world.reset("push_to_mark", 1);
  std::array<std::vector<std::uint8_t>, 2> pictures;
  for (auto& picture : pictures) {
    const ImageView view = world.observe().cameras[kWrist];
    picture.assign(view.data, view.data + kSize * kSize * 3);
    (void)world.labels();
  }
  EXPECT_EQ(pictures[0], pictures[1]);
}

}  // namespace
}  // namespace awd::sim
