// Tasks: what to do, where things start, when it is done. A task family lives in tasks/<family>/ and is listed in
// task.cc; nothing else needs to know it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "awd/options.h"
#include "base/rng.h"
#include "sim/expert.h"
#include "sim/scene_state.h"

namespace awd::sim {

/// Where a pick-and-place motion stands, for analysis.
enum class Phase { kReach, kGrasp, kLift, kMove, kPlace };

}  // namespace awd::sim

namespace awd {
template <>
inline constexpr std::string_view kEnumWords<sim::Phase>[] = {"reach", "grasp", "lift", "move", "place"};
}  // namespace awd

namespace awd::sim {

using Placement = std::array<Pose, kObjectCount>;  // standing on the table, table frame

/// One language task. Immutable and thread-safe: all functions depend on their arguments only.
class Task {
 public:
  virtual ~Task() = default;
  virtual std::string_view name() const = 0;
  virtual std::string_view prompt() const = 0;
  /// Index into kObjects of the object the prompt names.
  virtual int target() const = 0;
  /// Draws where the objects stand at the start of an episode.
  virtual Placement place(Rng& rng) const = 0;
  virtual bool is_success(const SceneState& scene) const = 0;
  virtual Phase phase(const SceneState& scene) const = 0;
  /// The scripted expert's move.
  virtual ExpertMove expert(const SceneState& scene) const = 0;
};

/// Names of all tasks, in the order of registration.
std::vector<std::string> task_names();

/// The task of that name; lives as long as the process. Throws awd::Error listing the known names.
const Task& find_task(std::string_view name);

/// "all", or names separated by commas, in the order given. Throws awd::Error on an unknown or missing name.
std::vector<std::string> parse_task_list(std::string_view text);

}  // namespace awd::sim
