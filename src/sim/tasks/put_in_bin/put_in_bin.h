// Task family "put the X in the bin": one task per object, all three objects on the table.
#pragma once

#include <memory>
#include <vector>

#include "sim/task.h"

namespace awd::sim {

/// Appends the tasks of the family, in the order of kObjects.
void add_put_in_bin_tasks(std::vector<std::unique_ptr<const Task>>& tasks);

}  // namespace awd::sim
