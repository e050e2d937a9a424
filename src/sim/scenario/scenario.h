// Scenarios: named, seeded perturbations of an episode. One file per scenario; registry.cc lists them.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/options_io.h"
#include "sim/picture.h"
#include "sim/world.h"

namespace awd::sim {

/// One episode's perturbation: the same seed perturbs in the same way. Not thread-safe. Everything that changes during
/// an episode is a member, so that clone() together with World::save() keeps a point of an episode.
class Scenario {
 public:
  virtual ~Scenario() = default;
  /// Called before the observation of each control step 0, 1, ...; may change the world.
  virtual void before_step(World& world, int step);
  /// What changed in the world since the last observation, as of the last before_step(): a scenario's name, or "" for
  /// nothing. Stays set at every step of a change that takes several; never set by a nuisance that goes on and on.
  virtual std::string_view event() const { return {}; }
  /// Changes the drawn pictures, in the order of kCameraNames. Not called where nothing is drawn.
  virtual void edit_pictures(std::span<MutablePicture> pictures, int step);
  /// Changes the action [kActionDim] that is about to be executed.
  virtual void edit_action(std::span<float> action, int step);
  virtual std::unique_ptr<Scenario> clone() const = 0;

 protected:
  Scenario() = default;
  Scenario(const Scenario&) = default;
  Scenario& operator=(const Scenario&) = default;
};

/// Names of all scenarios, in the order of registration.
std::vector<std::string> scenario_names();

/// The options of one scenario with their defaults. Throws awd::Error listing the known names.
std::vector<OptionText> scenario_options(std::string_view name);

/// The scenario of `text` for one episode: NAME, NAME{option=value,...}, or several of these joined by '+'. A part
/// draws the same numbers from `seed` whatever its options and the other parts are.
/// Throws awd::Error naming what there is on an unknown name or option, a value out of range, or a name given twice.
std::unique_ptr<Scenario> make_scenario(std::string_view text, std::uint64_t seed);

/// `text` with every option of every part spelled out, for run manifests. Throws like make_scenario().
std::string resolve_scenario(std::string_view text);

/// Whether all parts of `text` make sense in episodes of `task`. Throws like make_scenario().
bool supports(std::string_view text, const Task& task);

}  // namespace awd::sim
