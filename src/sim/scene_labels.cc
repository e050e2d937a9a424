// Finds the owner of every geom through the body at the root of its tree, then looks labels up per task.
#include "sim/scene_labels.h"

#include <string>

#include "sim/mujoco_model.h"
#include "sim/table_scene.h"

namespace awd::sim {

SceneLabels::SceneLabels(const mjModel& model) {
  std::vector<Owner> owner_of_root(std::size_t(model.nbody));
  const auto root = [&](std::string_view name) -> Owner& {
    return owner_of_root[std::size_t(require_id(model, mjOBJ_BODY, std::string(name)))];
  };
  root("link0").is_robot = true;
  for (int i = 0; i < kObjectCount; ++i) root(kObjects[i].name).thing = ObjectId{i};
  for (int i = 0; i < kPropCount; ++i) root(kPropNames[i]).thing = Prop(i);
  for (int geom = 0; geom < model.ngeom; ++geom) {
    owners_.push_back(owner_of_root[std::size_t(model.body_rootid[model.geom_bodyid[geom]])]);
  }
}

std::vector<SceneLabel> SceneLabels::of_geoms(std::span<const int> geoms, const Task& task) const {
  const auto label_of = [&](const Owner& owner) {
    if (owner.is_robot) return SceneLabel::kRobot;
    if (!owner.thing) return SceneLabel::kBackground;
    if (*owner.thing == task.focus_thing()) return SceneLabel::kTarget;
    return *owner.thing == task.goal_thing() ? SceneLabel::kGoal : SceneLabel::kOther;
  };
  std::vector<SceneLabel> of_id;
  for (const Owner& owner : owners_) of_id.push_back(label_of(owner));
  std::vector<SceneLabel> labels;
  labels.reserve(geoms.size());
  for (const int geom : geoms) labels.push_back(geom < 0 ? SceneLabel::kBackground : of_id.at(std::size_t(geom)));
  return labels;
}

}  // namespace awd::sim
