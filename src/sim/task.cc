// The registry of all tasks, and lookup of one name or of a comma-separated list.
#include "sim/task.h"

#include <fmt/format.h>

#include <memory>

#include "awd/error.h"
#include "sim/tasks/pick_turntable/pick_turntable.h"
#include "sim/tasks/press_button/press_button.h"
#include "sim/tasks/push/push.h"
#include "sim/tasks/put_in_bin/put_in_bin.h"
#include "sim/tasks/stack/stack.h"

namespace awd::sim {
namespace {

using TaskList = std::vector<std::unique_ptr<const Task>>;

const TaskList& registry() {
  static const TaskList tasks = [] {
    TaskList list;
    add_put_in_bin_tasks(list);
    add_stack_task(list);
    add_push_task(list);
    add_press_button_task(list);
    add_pick_turntable_task(list);
    return list;
  }();
  return tasks;
}

}  // namespace

std::vector<std::string> task_names() {
  std::vector<std::string> names;
  for (const auto& task : registry()) names.emplace_back(task->name());
  return names;
}

const Task& find_task(std::string_view name) {
  for (const auto& task : registry()) {
    if (task->name() == name) return *task;
  }
  throw Error("task", fmt::format("expected one of {}, got \"{}\"", fmt::join(task_names(), ", "), name));
}

std::vector<std::string> parse_task_list(std::string_view text) {
  if (text == "all") return task_names();
  std::vector<std::string> names;
  for (std::size_t begin = 0; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    names.emplace_back(find_task(text.substr(begin, end - begin)).name());
    begin = end + 1;
  }
  return names;
}

}  // namespace awd::sim
