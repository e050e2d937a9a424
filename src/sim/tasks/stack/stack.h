// Task "stack the red cube on the blue box".
#pragma once

#include <memory>
#include <vector>

#include "sim/task.h"

namespace awd::sim {

/// Appends the task stack_red_on_blue.
void add_stack_task(std::vector<std::unique_ptr<const Task>>& tasks);

}  // namespace awd::sim
