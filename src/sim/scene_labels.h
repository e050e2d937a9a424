// Scene labels: what a drawn geom means to a task.
#pragma once

#include <mujoco/mujoco.h>

#include <optional>
#include <span>
#include <vector>

#include "io/recording.h"
#include "sim/task.h"

namespace awd::sim {

/// Knows which thing every geom of a model belongs to. Immutable after construction.
class SceneLabels {
 public:
  explicit SceneLabels(const mjModel& model);

  /// The label of every geom id in a task, -1 being nothing: robot; target (Task::focus_thing()); goal
  /// (Task::goal_thing()); background (floor, table, sky); other (objects and props that the task is not about).
  std::vector<SceneLabel> of_geoms(std::span<const int> geoms, const Task& task) const;

 private:
  struct Owner {
    bool is_robot = false;
    std::optional<Thing> thing{};  // neither: background
  };
  std::vector<Owner> owners_;  // of every geom
};

}  // namespace awd::sim
