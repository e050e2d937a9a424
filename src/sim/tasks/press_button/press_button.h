// Task "press the button": a yellow-capped button stands somewhere beside the three objects.
#pragma once

#include <memory>
#include <vector>

#include "sim/task.h"

namespace awd::sim {

/// Appends the task.
void add_press_button_task(std::vector<std::unique_ptr<const Task>>& tasks);

}  // namespace awd::sim
