// Lets the scripted expert play tasks in turn, with noise, bursts of wrong actions and scenarios, and keeps the
// demonstrations that succeed.
#include "sim/recorder.h"

#include <algorithm>
#include <iterator>

#include "awd/error.h"
#include "base/check.h"
#include "base/named_text.h"
#include "sim/demonstration.h"
#include "sim/disturbance.h"
#include "sim/scenario/scenario.h"

namespace awd::sim {
namespace {

constexpr int kMaxFrames = 170;           // of one demonstration; longer ones count as failed
constexpr int kRestFrames = 6;            // steps on record after success: let go and pull back
constexpr int kMaxBursts = 4;             // per demonstration, after the start
constexpr double kStartBurstShare = 0.6;  // of the disturbed demonstrations begin off the home pose
constexpr double kMaxNoise = 0.08;        // standard deviation of execution noise, action units

/// How one demonstration is disturbed.
struct Disturbance {
  bool is_on = false;
  double noise = 0;  // action units
  int bursts_left = 0;
};

// Keep the draws of disturbances and scenarios apart from those of the layout.
constexpr std::uint64_t kDisturbanceStream = 1, kScenarioStream = 2;
constexpr double kCleanShare = 0.5;
constexpr int kMaxAttempts = 10;  // per demonstration wanted, and per 10 more; the expert hardly ever fails

void play_burst(World& world, Rng& rng, ExpertStage stage) {
  for (const auto& action : draw_burst(rng, stage)) world.step(action);
}

Disturbance start_disturbance(World& world, Rng& rng, double share) {
  Disturbance disturbance;
  disturbance.is_on = rng.uniform() < share;
  if (!disturbance.is_on) return disturbance;
  disturbance.noise = kMaxNoise * rng.uniform();
  disturbance.bursts_left = kMaxBursts;
  if (rng.uniform() < kStartBurstShare) {
    const int bursts = 1 + rng.index(2);
    for (int i = 0; i < bursts; ++i) play_burst(world, rng, ExpertStage::kApproach);
  }
  return disturbance;
}

/// The list, checked.
std::vector<std::string> parse_scenarios(const std::string& text) {
  std::vector<std::string> scenarios = split_outside_braces(text, ',');
  for (const std::string& scenario : scenarios) resolve_scenario(scenario);
  return scenarios;
}

/// "clean" for half of the demonstrations, else one of those that make sense for the task.
std::string draw_scenario(Rng& rng, const std::vector<std::string>& scenarios, const Task& task) {
  std::vector<std::string> fitting;
  std::copy_if(scenarios.begin(), scenarios.end(), std::back_inserter(fitting),
               [&](const std::string& scenario) { return supports(scenario, task); });
  if (fitting.empty() || rng.uniform() < kCleanShare) return "clean";
  return fitting[rng.index(int(fitting.size()))];
}

/// Executes the expert's action with noise and as the scenario distorts it: the label stays clean, the states spread.
void execute(World& world, Rng& rng, Action action, double noise, Scenario& scenario, int step) {
  if (noise > 0) {
    for (int i = 0; i < 3; ++i) action[i] += float(noise * rng.normal());
  }
  scenario.edit_action(action, step);
  world.step(action);
}

/// One more frame of `demo`; returns the expert's move. What the frame shows the expert knows: an event ends a segment.
ExpertMove record_frame(World& world, Scenario& scenario, bool with_labels, Demonstration& demo) {
  scenario.before_step(world, demo.length);
  const Observation observation = world.observe();
  scenario.edit_pictures(world.pictures(), demo.length);
  if (!scenario.event().empty() || !observation.event.empty()) demo.break_segment();
  const ExpertMove move = world.task().expert(world.scene());
  demo.append(world, observation, move.action, with_labels ? world.labels() : std::span<const LabelView>{});
  return move;
}

/// Plays one demonstration into `demo`; false where the expert did not finish.
bool demonstrate(World& world, Rng& rng, const RecordOptions& options, const std::function<void()>& on_step,
                 Demonstration& demo) {
  const auto scenario = make_scenario(demo.scenario, mix_seed(demo.seed, kScenarioStream));
  Disturbance disturbance = start_disturbance(world, rng, options.perturb);
  int rest = 0;
  while (demo.length < kMaxFrames) {
    if (on_step) on_step();
    const ExpertMove move = record_frame(world, *scenario, options.labels, demo);
    execute(world, rng, move.action, disturbance.noise, *scenario, demo.length - 1);
    demo.rewards.push_back(world.success() ? 1 : 0);
    if (world.success() && ++rest == kRestFrames) return true;
    if (disturbance.bursts_left > 0 && rng.uniform() < burst_probability(move.stage)) {
      --disturbance.bursts_left;
      demo.break_segment();
      play_burst(world, rng, move.stage);
    }
  }
  return false;
}

/// Starts an attempt at `task`: layout, scenario and what the file says about the demonstration.
void begin(World& world, const std::string& task, std::uint64_t seed, const std::vector<std::string>& scenarios,
           Demonstration& demo) {
  demo.clear();
  demo.task = task;
  demo.seed = seed;
  world.reset(task, seed);
  Rng rng(mix_seed(seed, kScenarioStream));
  demo.scenario = draw_scenario(rng, scenarios, world.task());
  demo.prompt = world.task().prompt();
  demo.target = world.task().movable_target() ? world.task().target() : -1;
}

}  // namespace

RecordProgress record_demonstrations(const RecordOptions& options, const RecordCallbacks& callbacks) {
  if (options.out.empty()) throw Error("record", "expected an output file, got none");
  const std::vector<std::string> tasks = parse_task_list(options.tasks);
  const std::vector<std::string> scenarios = parse_scenarios(options.scenarios);
  World world({.image_size = options.size, .shadows = options.shadows});
  Hdf5Writer file(options.out);
  RecordProgress progress;
  {
    const Hdf5Group data = file.create_group("data");
    Demonstration demo;
    while (progress.demos < options.episodes) {
      AWD_CHECK(progress.attempts < kMaxAttempts * (options.episodes + 10), "the expert fails: {} of {}",
                progress.attempts - progress.demos, progress.attempts);
      const std::uint64_t seed = mix_seed(options.seed, std::uint64_t(progress.attempts++));
      Rng rng(mix_seed(seed, kDisturbanceStream));
      begin(world, tasks[progress.demos % tasks.size()], seed, scenarios, demo);
      if (!demonstrate(world, rng, options, callbacks.on_step, demo)) continue;
      write_demonstration(demo, data, "demo_" + std::to_string(progress.demos), options.compress);
      ++progress.demos;
      progress.frames += demo.length;
      if (callbacks.on_demo) callbacks.on_demo(progress);
    }
    data.set_attribute("num_demos", std::uint64_t(progress.demos));
    data.set_attribute("total", std::uint64_t(progress.frames));
    data.set_attribute("env_name", "awd_table");
    data.set_attribute("macros_image_convention", "opencv");
  }
  file.commit();
  return progress;
}

}  // namespace awd::sim
