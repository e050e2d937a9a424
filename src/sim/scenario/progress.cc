// Distances between focus, goal and hand.
#include "sim/scenario/progress.h"

#include "sim/table_scene.h"

namespace awd::sim {
namespace {

constexpr double kLifted = 0.03;  // m above rest

}  // namespace

double Progress::update(const Task& task, const SceneState& scene) {
  const bool stays = task.focus_thing() == task.goal_thing();
  const Vec3 moving = stays ? scene.tcp.position : task.focus(scene).position;
  const double distance = horizontal_distance(moving, task.goal(scene).position);
  if (length_ == 0) length_ = distance;
  return length_ > 0 ? 1 - distance / length_ : 1;
}

bool is_carrying(const Task& task, const SceneState& scene) {
  if (!task.grasps()) return false;
  const int object = task.target();
  return is_held(scene, object) && scene.objects[object].position[2] > kObjects[object].half_height + kLifted;
}

}  // namespace awd::sim
