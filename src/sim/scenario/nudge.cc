// Waits for the hand to come near the object, then pushes the object; once, or again after a pause.
#include "sim/scenario/nudge.h"

#include "sim/scenario/table_space.h"
#include "sim/table_scene.h"

namespace awd::sim {

Nudge::Nudge(const Options& options, std::uint64_t seed)
    : options_(options), rng_(seed), pushes_(options.times, options.pause) {
  start_distance_ = rng_.uniform(options.near, options.far);
}

void Nudge::before_step(World& world, int step) {
  event_ = {};
  if (pushes_.is_due(step)) try_to_start(world);
  if (!pushes_.is_under_way()) return;
  event_ = kName;
  if (pushes_.advance(world, step)) start_distance_ = rng_.uniform(options_.near, options_.far);
}

void Nudge::try_to_start(const World& world) {
  const SceneState& scene = world.scene();
  const int target = world.task().target();
  const double distance = norm(scene.objects[target].position - scene.tcp.position);
  if (distance > start_distance_ || is_held(scene, target) || !is_standing(scene, target)) return;
  pushes_.start(
      Push::draw(rng_, scene, ObjectId{target}, {options_.distance, options_.spread, options_.turn, options_.steps}));
}

}  // namespace awd::sim
