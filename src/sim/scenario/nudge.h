// Scenario "nudge": the object that the prompt names is pushed a few centimetres while the hand is on its way to it.
#pragma once

#include "base/rng.h"
#include "sim/scenario/copyable.h"
#include "sim/scenario/push.h"

namespace awd::sim {

class Nudge final : public CopyableScenario<Nudge> {
 public:
  static constexpr std::string_view kName = "nudge";
  struct Options {
    double distance = 0.045;
    double spread = 0.015;
    double turn = 0.3;
    int steps = 2;
    double near = 0.08;
    double far = 0.18;
    int times = 1;
    int pause = 15;

    template <class V>
    void visit(V&& v) {
      v(Field{"distance", "m", "mean length of the push", 0, 0.2}, distance);
      v(Field{"spread", "m", "the length is uniform in distance - spread .. distance + spread", 0, 0.2}, spread);
      v(Field{"turn", "rad", "largest turn of the object while it is pushed, to either side", 0, 3.15}, turn);
      v(Field{"steps", "steps", "duration of the push", 1, 100}, steps);
      v(Field{"near", "m", "the push starts when the hand comes nearer than a distance drawn from near .. far", 0, 2},
        near);
      v(Field{"far", "m", "see near; 1 or more: at the first step at which there is room", 0, 2}, far);
      v(Field{"times", "", "how many pushes at most; none follows once the object is held", 1, 1000}, times);
      v(Field{"pause", "steps", "from the end of one push to the start of the next, at least; ignored for one push", 0,
              100000},
        pause);
    }
  };
  static bool supports(const Task& task) { return task.movable_target(); }

  Nudge(const Options& options, std::uint64_t seed);
  void before_step(World& world, int step) override;
  std::string_view event() const override { return event_; }

 private:
  void try_to_start(const World& world);

  Options options_;
  Rng rng_;
  double start_distance_;  // m, hand to object
  PushSeries pushes_;
  std::string_view event_;
};

}  // namespace awd::sim
