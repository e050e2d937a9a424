// Scenario "distractor": a ball swings in the background of the base camera's view all the time.
#pragma once

#include "sim/scenario/copyable.h"

namespace awd::sim {

class Distractor final : public CopyableScenario<Distractor> {
 public:
  static constexpr std::string_view kName = "distractor";
  struct Options {
    double swing = 0.12;
    double period = 30;

    template <class V>
    void visit(V&& v) {
      v(Field{"swing", "m", "amplitude to each side, and half of it up and down; 0: it stands still", 0, 1}, swing);
      v(Field{"period", "steps", "duration of one swing to both sides", 2, 10000}, period);
    }
  };
  static bool supports(const Task& /*task*/) { return true; }

  Distractor(const Options& options, std::uint64_t seed);
  void before_step(World& world, int step) override;

 private:
  Options options_;
  double middle_y_, phase_;  // m, rad
};

}  // namespace awd::sim
