// Tasks: what to do, where things start, when it is done. A task family lives in tasks/<family>/ and is listed in
// task.cc; nothing else needs to know it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/rng.h"
#include "sim/expert.h"
#include "sim/layout.h"
#include "sim/phase.h"
#include "sim/scene_state.h"

namespace awd::sim {

/// One language task. Immutable and thread-safe: all functions depend on their arguments only.
class Task {
 public:
  virtual ~Task() = default;
  virtual std::string_view name() const = 0;
  virtual std::string_view prompt() const = 0;
  /// The thing that the hand goes for: an object, or the button.
  virtual Thing focus_thing() const = 0;
  /// Where the focus has to go (bin, mark, another object); the focus itself where it stays in place.
  virtual Thing goal_thing() const = 0;
  /// The focus is gripped and carried, so that it may slip.
  virtual bool grasps() const = 0;
  /// The goal may be moved in mid-episode and the task can still be done.
  virtual bool movable_goal() const { return true; }
  /// Draws where everything stands at the start of an episode.
  virtual Layout place(Rng& rng) const = 0;
  /// The speed (rad/s) that the turntable takes on before control step `step` = 1, 2, ... of the episode of `seed`;
  /// nothing: it stays as it is.
  virtual std::optional<double> turntable_change(std::uint64_t /*seed*/, int /*step*/) const { return {}; }
  virtual bool is_success(const SceneState& scene) const = 0;
  virtual Phase phase(const SceneState& scene) const = 0;
  /// The scripted expert's move.
  virtual ExpertMove expert(const SceneState& scene) const = 0;

  Pose focus(const SceneState& scene) const { return scene.pose_of(focus_thing()); }
  Pose goal(const SceneState& scene) const { return scene.pose_of(goal_thing()); }
  /// The focus is a free object, which can be nudged.
  bool movable_target() const { return std::holds_alternative<ObjectId>(focus_thing()); }
  /// Index into kObjects of the focus. Call only where movable_target().
  int target() const { return std::get<ObjectId>(focus_thing()).index; }
};

/// Names of all tasks, in the order of registration.
std::vector<std::string> task_names();

/// The task of that name; lives as long as the process. Throws awd::Error listing the known names.
const Task& find_task(std::string_view name);

/// "all", or names separated by commas, in the order given. Throws awd::Error on an unknown or missing name.
std::vector<std::string> parse_task_list(std::string_view text);

}  // namespace awd::sim
