// Lowers the held object step by step until it stands on the table. The way down is prescribed: dropped by physics, a
// cylinder tips over, and no task says what to do then.
#include "sim/scenario/slip.h"

#include <algorithm>

#include "base/rng.h"
#include "sim/scenario/table_space.h"
#include "sim/table_scene.h"

namespace awd::sim {
namespace {

constexpr double kFreeHeight = 0.038;   // m under the object: coming down this far frees it from the pads
constexpr double kLongestStep = 0.025;  // m, a carried object moves less in one control step
constexpr double kLanding = 1e-3;       // m above rest, so that it does not start in penetration

}  // namespace

Slip::Slip(const Options& options, std::uint64_t seed) : options_(options), left_(options.times) {
  start_share_ = Rng(seed).uniform(options.earliest, options.latest);
}

bool Slip::may_start(const World& world) {
  const Task& task = world.task();
  const SceneState& scene = world.scene();
  const int object = task.target();
  const Vec3& position = scene.objects[object].position;
  const Vec3 next = position + limited(task.goal(scene).position - position, kLongestStep);
  const bool is_far_enough = progress_.update(task, scene) >= start_share_ || !has_room(scene, object, next);
  const double under = position[2] - rest_height(scene, object);
  return is_far_enough && is_carrying(task, scene) && under > kFreeHeight && has_room(scene, object, position);
}

void Slip::fall(World& world) {
  const int object = world.task().target();
  Pose pose = world.scene().objects[object];
  const double landed = rest_height(world.scene(), object) + kLanding;
  pose.position[2] = std::max(pose.position[2] - options_.fall, landed);
  is_falling_ = pose.position[2] > landed;
  world.set_object_pose(object, pose);
}

void Slip::before_step(World& world, int /*step*/) {
  event_ = {};
  if (!is_falling_) {
    if (left_ == 0 || !may_start(world)) return;
    --left_;
  }
  fall(world);
  event_ = kName;
}

}  // namespace awd::sim
