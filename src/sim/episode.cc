// The closed loop of one episode: scenario, observation, policy, world; all random streams derive from task, scenario
// and seed.
#include "sim/episode.h"

#include "base/rng.h"
#include "sim/scenario/scenario.h"

namespace awd::sim {

Episode::Episode(World& world, const EpisodeSpec& spec)
    : world_(world),
      spec_(spec),
      stream_(mix_seed(spec.seed, hash_text(spec.task))),
      scenario_(make_scenario(spec.scenario, mix_seed(stream_, hash_text("scenario")))) {
  world_.reset(spec.task, spec.seed);
}

Episode::~Episode() = default;

Observation Episode::observe(bool pictures) {
  const int step = outcome_.steps;
  scenario_->before_step(world_, step);
  Observation observation = pictures ? world_.observe() : world_.observe_robot();
  if (pictures && !world_.pictures().empty()) scenario_->edit_pictures(world_.pictures(), step);
  if (!scenario_->event().empty()) observation.event = scenario_->event();  // else what the task itself changed
  return observation;
}

void Episode::execute(std::span<const float> action) {
  const int step = outcome_.steps++;
  executed_.assign(action.begin(), action.end());
  scenario_->edit_action(executed_, step);
  world_.step(executed_);
  outcome_.success = world_.success();
}

Episode::Snapshot Episode::save() const {
  return {.world = world_.save(), .scenario = scenario_->clone(), .outcome = outcome_};
}

void Episode::restore(const Snapshot& snapshot) {
  world_.restore(*snapshot.world);
  scenario_ = snapshot.scenario->clone();
  outcome_ = snapshot.outcome;
}

EpisodeOutcome run_episode(World& world, Policy& policy, const EpisodeSpec& spec,
                           const std::function<void(const StepView&)>& on_step) {
  Episode episode(world, spec);
  policy.reset(episode.policy_seed());
  while (!episode.is_over()) {
    const Observation observation = episode.observe();
    const std::string_view phase = world.phase();
    const ActResult result = policy.act(observation);
    if (on_step) on_step({episode.outcome().steps, phase, observation, result, policy.importance()});
    episode.execute(result.action);
  }
  return episode.outcome();
}

}  // namespace awd::sim
