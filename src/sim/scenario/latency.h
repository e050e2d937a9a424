// Scenario "latency": every action reaches the robot a fixed number of steps late.
#pragma once

#include <deque>

#include "sim/action.h"
#include "sim/scenario/copyable.h"

namespace awd::sim {

class Latency final : public CopyableScenario<Latency> {
 public:
  static constexpr std::string_view kName = "latency";
  struct Options {
    int steps = 2;

    template <class V>
    void visit(V&& v) {
      v(Field{"steps", "steps", "delay of every action; before the first one arrives the robot rests. 0: no delay", 0,
              100},
        steps);
    }
  };
  static bool supports(const Task& /*task*/) { return true; }

  Latency(const Options& options, std::uint64_t seed);
  void edit_action(std::span<float> action, int step) override;

 private:
  std::deque<Action> waiting_;  // next to arrive first
};

}  // namespace awd::sim
