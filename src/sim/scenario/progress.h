// How far an episode has come, measured on the scene: the share of its way that the thing in motion has covered.
#pragma once

#include "sim/task.h"

namespace awd::sim {

/// The way from where the focus was at the first update to the goal; for a task whose focus stays in place, the way of
/// the hand to it.
class Progress {
 public:
  /// Share of the horizontal way covered: 0 at the start, 1 at the goal, below 0 further away than at the start.
  double update(const Task& task, const SceneState& scene);

 private:
  double length_ = 0;  // m, the whole way; 0 before the first update
};

/// The focus is held and has left the table.
bool is_carrying(const Task& task, const SceneState& scene);

}  // namespace awd::sim
