// Task "push the blue box to the mark".
#pragma once

#include <memory>
#include <vector>

#include "sim/task.h"

namespace awd::sim {

/// Appends the task push_to_mark.
void add_push_task(std::vector<std::unique_ptr<const Task>>& tasks);

}  // namespace awd::sim
