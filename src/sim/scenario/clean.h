// Scenario "clean": nothing happens.
#pragma once

#include "sim/scenario/scenario.h"

namespace awd::sim {

class Clean final : public Scenario {
 public:
  explicit Clean(std::uint64_t /*seed*/) {}
  void before_step(World& /*world*/, int /*step*/) override {}
};

}  // namespace awd::sim
