// Waits until a share of the way is covered, then pushes the goal; once, or again after a pause.
#include "sim/scenario/target_move.h"

namespace awd::sim {

TargetMove::TargetMove(const Options& options, std::uint64_t seed)
    : options_(options), rng_(seed), pushes_(options.times, options.pause) {
  start_share_ = rng_.uniform(options.earliest, options.latest);
}

void TargetMove::before_step(World& world, int step) {
  event_ = {};
  if (step == 0) progress_.update(world.task(), world.scene());
  if (pushes_.is_due(step)) try_to_start(world);
  if (!pushes_.is_under_way()) return;
  event_ = kName;
  pushes_.advance(world, step);
}

void TargetMove::try_to_start(const World& world) {
  const Task& task = world.task();
  const SceneState& scene = world.scene();
  if (progress_.update(task, scene) < start_share_ || (task.grasps() && !is_carrying(task, scene))) return;
  pushes_.start(Push::draw(rng_, scene, task.goal_thing(), {options_.distance, options_.spread, 0, options_.steps}));
}

}  // namespace awd::sim
