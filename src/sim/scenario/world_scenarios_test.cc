// nudge, target_move, slip, intruder and distractor: what moves, when, where to, and that the event says so.
#include <gtest/gtest.h>

#include <algorithm>

#include "sim/scenario/table_space.h"
#include "sim/scenario/test_episode.h"
#include "sim/table_scene.h"

namespace awd::sim {
namespace {

constexpr int kMaxSteps = 130, kSeeds = 8;
const std::vector<std::string> kTasks{"put_red_cube", "put_blue_box", "stack_red_on_blue"};

/// Runs some seeds of some tasks under `text` and hands each episode to `check`; returns in how many it happened.
template <class Check>
int run_episodes(const std::string& text, const Check& check) {
  World world({.render = false});
  int happened = 0;
  for (const std::string& task : kTasks) {
    for (std::uint64_t seed = 500; seed < 500 + kSeeds; ++seed) {
      const auto scenario = make_scenario(text, seed);
      const TracedEpisode episode = trace_episode(world, *scenario, task, seed, kMaxSteps);
      EXPECT_TRUE(episode.success) << text << ": the expert does not recover in " << task << " seed " << seed;
      happened += episode.event_steps().empty() ? 0 : 1;
      check(find_task(task), episode);
    }
  }
  return happened;
}

/// How far the scenario moved `thing` at the steps it reported, and that it moved it at no other step.
double moved_by_scenario(const TracedEpisode& episode, const Thing& thing) {
  double moved = 0;
  for (const TracedStep& step : episode.steps) {
    const double distance = norm(step.after.pose_of(thing).position - step.before.pose_of(thing).position);
    EXPECT_EQ(distance > 1e-9, !step.event.empty());
    moved += distance;
  }
  return moved;
}

TEST(Nudge, PushesTheTargetOnceBeforeTheGraspAndStaysClear) {
  const int happened = run_episodes("nudge", [](const Task& task, const TracedEpisode& episode) {
    const double moved = moved_by_scenario(episode, ObjectId{task.target()});
    const std::vector<int> events = episode.event_steps();
    if (events.empty()) return;
    EXPECT_GT(moved, 0.03 - 1e-6);
    EXPECT_LT(moved, 0.06 + 1e-6);
    ASSERT_EQ(events.size(), 2u);
    EXPECT_EQ(events[1], events[0] + 1);
    const TracedStep& last = episode.steps[events[1]];
    EXPECT_EQ(last.event, "nudge");
    EXPECT_FALSE(is_held(last.before, task.target()));
    EXPECT_TRUE(is_standing(last.after, task.target()));
    for (int i = 0; i < kObjectCount; ++i) {
      if (i == task.target()) continue;
      EXPECT_GT(norm(last.after.objects[i].position - last.after.objects[task.target()].position), 0.07);
    }
  });
  EXPECT_GE(happened, 23);  // of 24
}

TEST(TargetMove, MovesTheGoalOnceWhileTheObjectIsCarried) {
  const int happened = run_episodes("target_move", [](const Task& task, const TracedEpisode& episode) {
    const double moved = moved_by_scenario(episode, task.goal_thing());
    const std::vector<int> events = episode.event_steps();
    if (events.empty()) return;
    EXPECT_GT(moved, 0.04 - 1e-6);
    EXPECT_LT(moved, 0.08 + 1e-6);
    ASSERT_EQ(events.size(), 3u);
    EXPECT_EQ(events[2], events[0] + 2);
    EXPECT_EQ(episode.steps[events[0]].event, "target_move");
    EXPECT_TRUE(is_held(episode.steps[events[0]].before, task.target()));
  });
  EXPECT_GE(happened, 23);
}

TEST(Nudge, FollowsWithPausesUntilTheObjectIsHeld) {
  World world({.render = false});
  const auto scenario = make_scenario("nudge{times=3,pause=4,steps=1,distance=0.02,spread=0,far=2,near=2}", 1);
  world.reset("put_red_cube", 500);
  std::vector<int> events;
  for (int step = 0; step < 30; ++step) {
    scenario->before_step(world, step);
    if (!scenario->event().empty()) events.push_back(step);
    world.step(Action{});
  }
  EXPECT_EQ(events, (std::vector<int>{0, 5, 10}));
}

TEST(Slip, ComesAsOftenAsItIsTold) {
  World world({.render = false});
  const auto scenario = make_scenario("slip{times=2}", 2);
  const TracedEpisode episode = trace_episode(world, *scenario, "put_blue_box", 501, kMaxSteps);
  const std::vector<int> events = episode.event_steps();
  ASSERT_FALSE(events.empty());
  EXPECT_GT(events.back(), events.front() + 6);  // grasped again in between
  EXPECT_TRUE(episode.success);
}

TEST(TargetMove, MovesAButtonWhileTheHandIsOnItsWay) {
  World world({.render = false});
  int happened = 0;
  for (std::uint64_t seed = 0; seed < kSeeds; ++seed) {
    const auto scenario = make_scenario("target_move", seed);
    const TracedEpisode episode = trace_episode(world, *scenario, "press_button", seed, kMaxSteps);
    EXPECT_TRUE(episode.success) << seed;
    happened += moved_by_scenario(episode, Prop::kButton) > 0.03 ? 1 : 0;
  }
  EXPECT_GE(happened, kSeeds - 1);
}

TEST(Slip, HeldObjectEndsOnTheTableOutOfTheGripper) {
  const int happened = run_episodes("slip", [](const Task& task, const TracedEpisode& episode) {
    const std::vector<int> events = episode.event_steps();
    if (events.empty()) return;
    const TracedStep &first = episode.steps[events.front()], &last = episode.steps[events.back()];
    EXPECT_EQ(events.back() - events.front() + 1, int(events.size()));
    EXPECT_LE(events.size(), 4u);
    EXPECT_EQ(first.event, "slip");
    EXPECT_TRUE(is_held(first.before, task.target()));
    EXPECT_FALSE(is_held(first.after, task.target()));
    EXPECT_TRUE(is_standing(last.after, task.target()));
    const TracedStep& next = episode.steps[events.back() + 1];
    EXPECT_LT(norm(next.before.objects[task.target()].position - last.after.objects[task.target()].position), 0.005);
  });
  EXPECT_GE(happened, 21);
}

TEST(Intruder, ReportsTheStepAtWhichItEntersThePictureAndTouchesNothing) {
  World world({.render = false});
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    const auto scenario = make_scenario("intruder{earliest=2,latest=12,stay=5}", seed);
    world.reset("put_red_cube", seed);
    int in_view = 0;
    bool was_in_view = false;
    std::vector<int> events;
    for (int step = 0; step < 60; ++step) {
      scenario->before_step(world, step);
      const bool is_in_view = world.is_in_picture(Prop::kIntruder, 0);
      EXPECT_EQ(!scenario->event().empty(), is_in_view && !was_in_view) << step;
      if (!scenario->event().empty()) events.push_back(step);
      in_view += is_in_view ? 1 : 0;
      was_in_view = is_in_view;
      const Pose& hand = world.scene().prop(Prop::kIntruder);
      for (const Pose& object : world.scene().objects) EXPECT_GT(norm(hand.position - object.position), 0.05);
    }
    ASSERT_EQ(events.size(), 1u) << seed;
    EXPECT_GE(events[0], 2);
    EXPECT_LE(events[0], 12);
    EXPECT_GT(in_view, 7);
    EXPECT_FALSE(was_in_view);
  }
}

// The event rests on projection; here is what the camera really shows.
TEST(Intruder, EventIsTheFirstStepAtWhichTheBasePictureShowsIt) {
  World world({.image_size = 224});
  const auto base_picture = [&] {
    const ImageView view = world.observe().cameras[0];
    return std::vector<std::uint8_t>(view.data, view.data + std::size_t(view.height) * view.width * 3);
  };
  for (std::uint64_t seed = 30; seed < 36; ++seed) {
    const auto scenario = make_scenario("intruder{earliest=1,latest=1,stay=1}", seed);
    world.reset("put_red_cube", seed);
    const auto empty = base_picture();
    int event_step = -1, seen_step = -1;
    for (int step = 0; step < 6; ++step) {
      scenario->before_step(world, step);
      if (!scenario->event().empty()) event_step = step;
      if (seen_step < 0 && base_picture() != empty) seen_step = step;
    }
    EXPECT_EQ(event_step, 1) << seed;
    EXPECT_EQ(seen_step, event_step) << seed;
  }
}

TEST(Distractor, MovesInTheBackgroundAtEveryStepWithoutAnEvent) {
  World world({.render = false});
  world.reset("put_red_cube", 1);
  const auto scenario = make_scenario("distractor", 3);
  Vec3 last{};
  double way = 0;
  for (int step = 0; step < 30; ++step) {
    scenario->before_step(world, step);
    EXPECT_TRUE(scenario->event().empty());
    EXPECT_TRUE(world.is_in_picture(Prop::kDistractor, 0));
    const Vec3& position = world.scene().prop(Prop::kDistractor).position;
    EXPECT_LT(position[0], -0.2);
    if (step > 0) way += norm(position - last);
    last = position;
  }
  EXPECT_GT(way, 0.4);
}

TEST(TableSpace, WaysAreClearOfThingsAndOfTheHand) {
  SceneState scene;
  scene.tcp.position = {0.45, 0, 0.30};
  scene.fingers = {0.04, 0.04};
  scene.objects[0].position = {0.40, 0, 0.020};
  scene.objects[1].position = {0.60, 0, 0.025};
  scene.objects[2].position = {0.40, 0.20, 0.020};
  for (Pose& prop : scene.props) prop.position[2] = -2;
  const Thing cube = ObjectId{0};
  EXPECT_TRUE(is_way_clear(scene, cube, {0.46, 0, 0}));
  EXPECT_FALSE(is_way_clear(scene, cube, {0.55, 0, 0}));     // the cylinder
  EXPECT_FALSE(is_way_clear(scene, cube, {0.40, 0.40, 0}));  // past the box
  scene.tcp.position[2] = 0.03;
  EXPECT_FALSE(is_way_clear(scene, cube, {0.46, 0, 0}));  // the hand
  scene.tcp.position[2] = 0.30;
  scene.props[std::size_t(Prop::kBin)].position = {0.48, 0, 0};
  EXPECT_FALSE(is_way_clear(scene, cube, {0.46, 0, 0}));
  EXPECT_TRUE(is_place_allowed(scene, cube, {0.46, 0, 0}));
  EXPECT_FALSE(is_place_allowed(scene, cube, {0.90, 0, 0}));
}

TEST(TableSpace, RidersStayOnTheTurntable) {
  SceneState scene;
  for (Pose& prop : scene.props) prop.position[2] = -2;
  scene.props[std::size_t(Prop::kTurntable)].position = {0.5, 0, 0};
  scene.objects[1].position = {0.55, 0, kTurntableTop + 0.025};
  EXPECT_TRUE(is_standing(scene, 1));
  EXPECT_TRUE(is_place_allowed(scene, ObjectId{1}, {0.57, 0, 0}));
  EXPECT_FALSE(is_place_allowed(scene, ObjectId{1}, {0.60, 0, 0}));
}

}  // namespace
}  // namespace awd::sim
