// The registry: names, texts with options, what is refused, composition, and every scenario in every task it supports.
#include "sim/scenario/scenario.h"

#include <gmock/gmock.h>

#include <algorithm>

#include "awd/error.h"
#include "sim/scenario/composite.h"
#include "sim/scenario/test_episode.h"

namespace awd::sim {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

TEST(Scenario, NamesAreThoseOfTheContract) {
  EXPECT_THAT(scenario_names(), ElementsAre("clean", "nudge", "target_move", "slip", "intruder", "distractor",
                                            "flicker", "occluded_motion", "camera_shake", "latency"));
}

TEST(Scenario, ResolvedTextSpellsOutEveryOptionAndReadsBack) {
  EXPECT_EQ(resolve_scenario("clean"), "clean");
  EXPECT_EQ(resolve_scenario("latency"), "latency{steps=2}");
  const std::string text = resolve_scenario("latency{steps=3}+camera_shake");
  EXPECT_EQ(text, "latency{steps=3}+camera_shake{pixels=3}");
  EXPECT_EQ(resolve_scenario(text), text);
  for (const std::string& name : scenario_names()) {
    EXPECT_EQ(resolve_scenario(resolve_scenario(name)), resolve_scenario(name));
  }
}

TEST(Scenario, EveryOptionHasHelp) {
  for (const std::string& name : scenario_names()) {
    for (const OptionText& option : scenario_options(name)) EXPECT_GT(option.help.size(), 10u) << name;
  }
}

TEST(Scenario, RefusesWhatItDoesNotKnow) {
  const auto make = [](const char* text) { return [text] { make_scenario(text, 0); }; };
  EXPECT_THAT(make("earthquake"), ThrowsMessage<Error>(HasSubstr("expected one of clean, nudge, target_move")));
  EXPECT_THAT(make(""), ThrowsMessage<Error>(HasSubstr("got \"\"")));
  EXPECT_THAT(make("nudge{speed=3}"), ThrowsMessage<Error>(HasSubstr("expected one of the options distance, spread")));
  EXPECT_THAT(make("clean{speed=3}"), ThrowsMessage<Error>(HasSubstr("expected no options")));
  EXPECT_THAT(make("nudge{distance=9}"), ThrowsMessage<Error>(HasSubstr("a number in [0, 0.2] m, got \"9\"")));
  EXPECT_THAT(make("nudge{distance}"), ThrowsMessage<Error>(HasSubstr("option=value")));
  EXPECT_THAT(make("nudge{distance=0.1"), ThrowsMessage<Error>(HasSubstr("expected braces")));
  EXPECT_THAT(make("occluded_motion{picture=black}"), ThrowsMessage<Error>(HasSubstr("freeze, cover")));
  EXPECT_THAT(make("nudge+flicker+nudge"), ThrowsMessage<Error>(HasSubstr("\"nudge\" twice")));
  EXPECT_THROW(resolve_scenario("nudge+"), Error);
  EXPECT_THROW(supports("quake", find_task("put_red_cube")), Error);
}

TEST(Scenario, SupportsFollowsWhatATaskCanDo) {
  for (const std::string& name : task_names()) {
    const Task& task = find_task(name);
    EXPECT_TRUE(supports("clean", task) && supports("intruder+flicker", task)) << name;
    EXPECT_EQ(supports("nudge", task), task.movable_target()) << name;
    EXPECT_EQ(supports("target_move", task), task.movable_goal()) << name;
    EXPECT_EQ(supports("flicker+slip", task), supports("slip", task)) << name;
  }
  EXPECT_TRUE(supports("nudge+target_move+slip", find_task("put_red_cube")));
}

TEST(Scenario, RunsInEveryTaskItSupportsAndTheSameWayAgain) {
  World world({.render = false});
  for (const std::string& name : scenario_names()) {
    for (const std::string& task : task_names()) {
      if (!supports(name, find_task(task))) continue;
      std::array<std::vector<std::vector<double>>, 2> runs;
      std::array<std::vector<int>, 2> events;
      for (int run = 0; run < 2; ++run) {
        const auto scenario = make_scenario(name, 21);
        world.reset(task, 4);
        for (int step = 0; step < 24; ++step) {
          if (!trace_step(world, *scenario, step).event.empty()) events[run].push_back(step);
          runs[run].push_back(world.physics_state());
        }
      }
      EXPECT_EQ(runs[0], runs[1]) << name << " in " << task;
      EXPECT_EQ(events[0], events[1]) << name << " in " << task;
    }
  }
}

// What paired branch rollouts rest on.
TEST(Scenario, CloneAndSnapshotContinueWithTheSameBits) {
  World world({.render = false});
  const auto scenario = make_scenario("nudge+slip+intruder+latency{steps=3}", 8);
  world.reset("put_red_cube", 2);
  std::vector<std::shared_ptr<const WorldSnapshot>> worlds;
  std::vector<std::unique_ptr<Scenario>> scenarios;
  std::vector<std::vector<double>> expected;
  for (int step = 0; step < 45; ++step) {
    worlds.push_back(world.save());
    scenarios.push_back(scenario->clone());
    trace_step(world, *scenario, step);
    expected.push_back(world.physics_state());
  }
  for (const int start : {3, 9, 20, 26}) {
    world.restore(*worlds[start]);
    for (int step = start; step < 45; ++step) {
      trace_step(world, *scenarios[start], step);
      ASSERT_EQ(world.physics_state(), expected[step]) << "from " << start << " at " << step;
    }
  }
}

TEST(Scenario, PartsDrawTheSameWhateverElseIsThere) {
  World world({.render = false});
  const auto alone = make_scenario("nudge", 5), composed = make_scenario("flicker+nudge{near=0.08}+intruder", 5);
  const TracedEpisode first = trace_episode(world, *alone, "put_red_cube", 6, 20);
  const TracedEpisode second = trace_episode(world, *composed, "put_red_cube", 6, 20);
  ASSERT_FALSE(first.event_steps().empty());
  for (std::size_t i = 0; i < first.steps.size(); ++i) {
    EXPECT_EQ(first.steps[i].after.objects[0].position, second.steps[i].after.objects[0].position) << i;
  }
}

/// Reports a word at every third step and adds to the first action value.
class Marked final : public Scenario {
 public:
  explicit Marked(float add) : add_(add) {}
  void before_step(World& /*world*/, int step) override { event_ = step % 3 == 0 ? "marked" : ""; }
  std::string_view event() const override { return event_; }
  void edit_action(std::span<float> action, int /*step*/) override { action[0] += add_; }
  std::unique_ptr<Scenario> clone() const override { return std::make_unique<Marked>(*this); }

 private:
  float add_;
  std::string_view event_;
};

TEST(Scenario, ComposedPartsAllActAndEventsJoin) {
  World world({.render = false});
  world.reset("put_red_cube", 0);
  std::vector<std::unique_ptr<Scenario>> parts;
  parts.push_back(std::make_unique<Marked>(0.5f));
  parts.push_back(std::make_unique<Marked>(0.25f));
  Composite composite(std::move(parts));
  std::vector<float> action(kActionDim, 0);
  composite.before_step(world, 3);
  composite.edit_action(action, 3);
  EXPECT_EQ(composite.event(), "marked+marked");
  EXPECT_EQ(composite.clone()->event(), "marked+marked");
  EXPECT_EQ(action[0], 0.75f);
  composite.before_step(world, 4);
  EXPECT_EQ(composite.event(), "");
}

TEST(Scenario, LatencyExecutesEveryActionThatManyStepsLate) {
  const auto scenario = make_scenario("latency{steps=2}", 0);
  std::vector<float> seen;
  for (int step = 0; step < 5; ++step) {
    std::vector<float> action(kActionDim, float(step + 1));
    scenario->edit_action(action, step);
    seen.push_back(action[0]);
    if (step < 2) {
      EXPECT_EQ(action[6], kGripperOpen);
    }
  }
  EXPECT_THAT(seen, ElementsAre(0, 0, 1, 2, 3));
}

}  // namespace
}  // namespace awd::sim
