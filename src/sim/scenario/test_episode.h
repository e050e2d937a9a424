// For tests: an episode under a scenario, driven by the scripted expert, with the scene before and after every change.
#pragma once

#include <string>
#include <vector>

#include "sim/scenario/scenario.h"

namespace awd::sim {

struct TracedStep {
  SceneState before, after;  // the scenario's before_step()
  std::string event;
  Action action;  // executed
};

struct TracedEpisode {
  std::vector<TracedStep> steps;
  bool success = false;

  /// Steps at which something was reported.
  std::vector<int> event_steps() const {
    std::vector<int> found;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      if (!steps[i].event.empty()) found.push_back(int(i));
    }
    return found;
  }
};

/// One control step under `scenario`.
inline TracedStep trace_step(World& world, Scenario& scenario, int step) {
  TracedStep traced;
  traced.before = world.scene();
  scenario.before_step(world, step);
  traced.after = world.scene();
  traced.event = scenario.event();
  traced.action = world.task().expert(world.scene()).action;
  scenario.edit_action(traced.action, step);
  world.step(traced.action);
  return traced;
}

/// A whole episode; ends early at success.
inline TracedEpisode trace_episode(World& world, Scenario& scenario, std::string_view task, std::uint64_t seed,
                                   int max_steps) {
  TracedEpisode episode;
  world.reset(task, seed);
  while (!episode.success && int(episode.steps.size()) < max_steps) {
    episode.steps.push_back(trace_step(world, scenario, int(episode.steps.size())));
    episode.success = world.success();
  }
  return episode;
}

}  // namespace awd::sim
