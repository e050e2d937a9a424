// The closed loop of one episode: scenario, observation, policy, world; all random streams derive from task, scenario
// and seed.
#include "sim/episode.h"

#include "base/rng.h"
#include "sim/scenario/scenario.h"

namespace awd::sim {
namespace {

/// FNV-1a: the same number on every machine, unlike std::hash.
std::uint64_t hash_text(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325ull;
  for (const char c : text) hash = (hash ^ std::uint8_t(c)) * 0x100000001b3ull;
  return hash;
}

}  // namespace

EpisodeOutcome run_episode(World& world, Policy& policy, const EpisodeSpec& spec,
                           const std::function<void(const StepView&)>& on_step) {
  const std::uint64_t stream = mix_seed(spec.seed, hash_text(spec.task));
  const std::unique_ptr<Scenario> scenario = make_scenario(spec.scenario, mix_seed(stream, hash_text(spec.scenario)));
  world.reset(spec.task, spec.seed);
  policy.reset(stream);

  EpisodeOutcome outcome;
  while (!outcome.success && outcome.steps < spec.max_steps) {
    scenario->before_step(world, outcome.steps);
    const Observation observation = world.observe();
    const std::string_view phase = world.phase();
    const ActResult result = policy.act(observation);
    if (on_step) on_step({outcome.steps, phase, observation, result, policy.importance()});
    world.step(result.action);
    ++outcome.steps;
    outcome.success = world.success();
  }
  return outcome;
}

}  // namespace awd::sim
