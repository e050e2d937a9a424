// One closed-loop episode: a policy drives a world until the task is done or time is up.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "awd/policy.h"
#include "sim/world.h"

namespace awd::sim {

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

/// Resets world and policy (the policy's noise seed derives from task and seed) and runs to success or max_steps.
/// `on_step` may be empty. Throws awd::Error on an unknown task or scenario, or what policy and world throw.
EpisodeOutcome run_episode(World& world, Policy& policy, const EpisodeSpec& spec,
                           const std::function<void(const StepView&)>& on_step);

}  // namespace awd::sim
