// Episodes driven by the scripted expert or by an idle policy: when they end, what a step shows, which seeds are used.
#include "sim/episode.h"

#include <gmock/gmock.h>

#include <set>

#include "awd/error.h"

namespace awd::sim {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

/// Plays the scripted expert, or does nothing: a policy that looks at the world behind the observation's back.
class ScriptedPolicy final : public Policy {
 public:
  ScriptedPolicy(const World& world, bool is_idle) : world_(world), is_idle_(is_idle) {}
  const PolicyInfo& info() const override { return info_; }
  void reset(std::uint64_t seed) override { seeds.push_back(seed); }
  ActResult act(const Observation&) override {
    action_ = is_idle_ ? Action{} : world_.task().expert(world_.scene()).action;
    return {.action = action_, .decision = {}, .timing = {}};
  }
  std::vector<std::uint64_t> seeds;

 private:
  const World& world_;
  bool is_idle_;
  PolicyInfo info_;
  Action action_{};
};

TEST(Episode, EndsAtSuccessAfterPassingEveryPhase) {
  World world({.render = false});
  ScriptedPolicy policy(world, false);
  std::set<std::string> phases;
  int calls = 0;
  const EpisodeOutcome outcome =
      run_episode(world, policy, {.task = "put_blue_box", .seed = 11}, [&](const StepView& view) {
        EXPECT_EQ(view.step, calls++);
        EXPECT_EQ(view.importance, nullptr);
        EXPECT_EQ(view.observation.prompt, "put the blue box in the bin");
        phases.emplace(view.phase);
      });
  EXPECT_TRUE(outcome.success);
  EXPECT_EQ(outcome.steps, calls);
  EXPECT_LT(outcome.steps, 100);
  EXPECT_EQ(phases, (std::set<std::string>{"reach", "grasp", "lift", "move", "place"}));
}

TEST(Episode, StopsAtMaxSteps) {
  World world({.render = false});
  ScriptedPolicy policy(world, true);
  const EpisodeOutcome outcome = run_episode(world, policy, {.task = "put_blue_box", .max_steps = 4}, {});
  EXPECT_FALSE(outcome.success);
  EXPECT_EQ(outcome.steps, 4);
}

TEST(Episode, PolicySeedDependsOnTaskAndSeed) {
  World world({.render = false});
  ScriptedPolicy policy(world, true);
  for (const char* task : {"put_blue_box", "put_red_cube"}) {
    for (const std::uint64_t seed : {1, 2, 1}) {
      run_episode(world, policy, {.task = task, .seed = seed, .max_steps = 1}, {});
    }
  }
  EXPECT_EQ(policy.seeds[0], policy.seeds[2]);
  EXPECT_EQ((std::set<std::uint64_t>(policy.seeds.begin(), policy.seeds.end()).size()), 4u);
}

TEST(Episode, UnknownScenarioListsTheKnownOnes) {
  World world({.render = false});
  ScriptedPolicy policy(world, true);
  EXPECT_THAT([&] { run_episode(world, policy, {.task = "put_blue_box", .scenario = "earthquake"}, {}); },
              ThrowsMessage<Error>(HasSubstr("got \"earthquake\"")));
}

TEST(Episode, ContinuesFromASnapshotAsOftenAsWanted) {
  World world({.render = false});
  Episode episode(world, {.task = "put_red_cube", .scenario = "nudge", .seed = 3});
  const auto play = [&](int steps) {
    for (int i = 0; i < steps && !episode.is_over(); ++i) {
      (void)episode.observe(false);
      episode.execute(world.task().expert(world.scene()).action);
    }
  };
  play(5);
  const Episode::Snapshot start = episode.save();
  play(1000);
  const EpisodeOutcome first = episode.outcome();
  const std::vector<double> end = world.physics_state();
  EXPECT_GT(first.steps, 5);

  episode.restore(start);
  EXPECT_EQ(episode.outcome().steps, 5);
  play(1000);
  EXPECT_EQ(episode.outcome().steps, first.steps);
  EXPECT_EQ(episode.outcome().success, first.success);
  EXPECT_EQ(world.physics_state(), end);
}

}  // namespace
}  // namespace awd::sim
