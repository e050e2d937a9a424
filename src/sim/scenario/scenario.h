// Scenarios: named perturbations of an episode. One file per scenario; scenario.cc lists them.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/world.h"

namespace awd::sim {

/// One episode's perturbation; the same seed perturbs in the same way.
class Scenario {
 public:
  virtual ~Scenario() = default;
  /// Called before the observation of each control step 0, 1, ...; may change the world.
  virtual void before_step(World& world, int step) = 0;
};

/// Names of all scenarios.
std::vector<std::string> scenario_names();

/// The scenario `name` for one episode. Throws awd::Error listing the known names.
std::unique_ptr<Scenario> make_scenario(std::string_view name, std::uint64_t seed);

}  // namespace awd::sim
