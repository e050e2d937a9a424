// Scenario "clean": nothing happens.
#pragma once

#include "sim/scenario/copyable.h"

namespace awd::sim {

class Clean final : public CopyableScenario<Clean> {
 public:
  static constexpr std::string_view kName = "clean";
  struct Options {
    template <class V>
    void visit(V&& /*v*/) {}
  };
  static bool supports(const Task& /*task*/) { return true; }

  Clean(const Options& /*options*/, std::uint64_t /*seed*/) {}
};

}  // namespace awd::sim
