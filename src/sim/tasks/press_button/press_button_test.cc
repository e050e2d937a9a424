// The button's layouts, when it counts as pressed, and the expert's way to press it.
#include "sim/tasks/press_button/press_button.h"

#include <gtest/gtest.h>

#include "sim/table_scene.h"
#include "sim/world.h"

namespace awd::sim {
namespace {

const Task& press_button() { return find_task("press_button"); }

/// The hand over a button at (0.5, 0), everything else far away.
SceneState hand_over_button(double height, double opening) {
  SceneState scene;
  scene.tcp = {{0.5, 0, height}, kHandDown};
  scene.fingers = {opening, opening};
  scene.props = parked_props();
  scene.props[std::size_t(Prop::kButton)].position = {0.5, 0, 0};
  return scene;
}

TEST(PressButton, LayoutLeavesRoomForTheHand) {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    Rng rng(seed);
    Layout layout = press_button().place(rng);
    const Vec3 button = layout.prop(Prop::kButton).position;
    EXPECT_EQ(button[2], 0) << "seed " << seed;
    for (const Pose& object : layout.objects) EXPECT_GE(horizontal_distance(button, object.position), 0.11);
  }
}

TEST(PressButton, SucceedsFromNineMillimetresOn) {
  SceneState scene = hand_over_button(0.05, 0);
  scene.button_travel = 0.0088;
  EXPECT_FALSE(press_button().is_success(scene));
  EXPECT_EQ(press_button().phase(scene), Phase::kPlace);
  scene.button_travel = 0.0092;
  EXPECT_TRUE(press_button().is_success(scene));
}

TEST(PressButton, ExpertClosesTheFingersBeforeItPresses) {
  // 7 cm up: closed fingers may go all the way, open ones to 15 mm over the cap (TCP at 73 mm) and no lower.
  EXPECT_LT(press_button().expert(hand_over_button(0.07, 0)).action[2], -0.1f);
  EXPECT_GT(press_button().expert(hand_over_button(0.07, 0.04)).action[2], 0.0f);
  EXPECT_EQ(press_button().expert(hand_over_button(0.07, 0.04)).action[6], kGripperClose);
}

TEST(PressButton, ExpertKeepsTheCapDown) {
  World world({.render = false});
  world.reset("press_button", 3);
  for (int step = 0; step < 60 && !world.success(); ++step) world.step(press_button().expert(world.scene()).action);
  for (int step = 0; step < 10; ++step) {
    EXPECT_TRUE(world.success()) << "step " << step;
    world.step(press_button().expert(world.scene()).action);
  }
}

}  // namespace
}  // namespace awd::sim
