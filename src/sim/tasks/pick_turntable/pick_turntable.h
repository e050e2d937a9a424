// Task "pick the green cylinder from the turntable": the dynamic task. The disc turns all the time and changes its
// speed at random steps.
#pragma once

#include <memory>
#include <vector>

#include "sim/task.h"

namespace awd::sim {

/// Appends the task.
void add_pick_turntable_task(std::vector<std::unique_ptr<const Task>>& tasks);

}  // namespace awd::sim
