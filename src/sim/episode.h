// One closed-loop episode: a policy drives a world until the task is done or time is up.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "awd/policy.h"
#include "sim/world.h"

namespace awd::sim {

class Scenario;

struct EpisodeSpec {
  std::string task;
  std::string scenario = "clean";
  std::uint64_t seed = 0;
  int max_steps = 130;
};

/// What a step looked like before its action is executed; views are valid during the callback.
struct StepView {
  int step;                // 0, 1, ...
  std::string_view phase;  // of the world when observed
  const Observation& observation;
  const ActResult& result;
  const ImportanceMaps* importance;  // null where the policy has none
};

struct EpisodeOutcome {
  bool success = false;
  int steps = 0;  // actions executed
};

/// The loop taken apart, for callers that hold, repeat or branch an episode: observe(), then execute(), until
/// is_over(). Not thread-safe; uses the world alone meanwhile.
class Episode {
 public:
  /// Everything that decides how the episode goes on, but for the policy.
  struct Snapshot {
    std::shared_ptr<const WorldSnapshot> world;
    std::shared_ptr<const Scenario> scenario;
    EpisodeOutcome outcome{};
  };

  /// Resets the world. Throws awd::Error on an unknown task or scenario.
  Episode(World& world, const EpisodeSpec& spec);
  ~Episode();
  Episode(const Episode&) = delete;
  Episode& operator=(const Episode&) = delete;

  bool is_over() const { return outcome_.success || outcome_.steps == spec_.max_steps; }
  const EpisodeOutcome& outcome() const { return outcome_; }
  /// Seed of the policy's noise: derives from task and seed.
  std::uint64_t policy_seed() const { return stream_; }

  /// The scenario's change before this step, then what the robot knows; without `pictures` the cameras are empty, which
  /// is several times faster and changes nothing else. Views are valid until the next call.
  Observation observe(bool pictures = true);
  /// Ends the step with this action, as the scenario lets it through.
  void execute(std::span<const float> action);

  /// Between execute() and observe(): a point to come back to.
  Snapshot save() const;
  void restore(const Snapshot& snapshot);

 private:
  World& world_;
  EpisodeSpec spec_;
  std::uint64_t stream_;
  std::unique_ptr<Scenario> scenario_;
  EpisodeOutcome outcome_;
  std::vector<float> executed_;  // [kActionDim]
};

/// Resets world and policy (the policy's noise seed derives from task and seed) and runs to success or max_steps.
/// `on_step` may be empty. Throws awd::Error on an unknown task or scenario, or what policy and world throw.
EpisodeOutcome run_episode(World& world, Policy& policy, const EpisodeSpec& spec,
                           const std::function<void(const StepView&)>& on_step);

}  // namespace awd::sim
