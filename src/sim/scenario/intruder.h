// Scenario "intruder": a hand comes into the base camera's view from one side, away from the task, stays and leaves.
#pragma once

#include "base/rng.h"
#include "sim/scenario/copyable.h"

namespace awd::sim {

class Intruder final : public CopyableScenario<Intruder> {
 public:
  static constexpr std::string_view kName = "intruder";
  struct Options {
    int earliest = 5;
    int latest = 30;
    double speed = 0.04;
    int stay = 15;
    double clearance = 0.16;

    template <class V>
    void visit(V&& v) {
      v(Field{"earliest", "steps", "the first step at which the hand may show", 0, 100000}, earliest);
      v(Field{"latest", "steps", "the last step at which it may first show; below `earliest` it counts as that", 0,
              100000},
        latest);
      v(Field{"speed", "m/step", "how fast it comes and goes", 0.005, 0.3}, speed);
      v(Field{"stay", "steps", "how long it rests before it leaves", 0, 100000}, stay);
      v(Field{"clearance", "",
              "in the base picture, hand and forearm rest at least this share of its side away from the robot's hand, "
              "the goal, the way to it and all objects; where no place is, as far away as possible",
              0, 1},
        clearance);
    }
  };
  static bool supports(const Task& /*task*/) { return true; }

  Intruder(const Options& options, std::uint64_t seed);
  void before_step(World& world, int step) override;
  std::string_view event() const override { return event_; }

 private:
  void plan(World& world);

  Options options_;
  Rng rng_;
  int begin_;       // step at which it first shows
  Pose rest_;       // of the palm where it stays; planned at begin_
  Vec3 outward_{};  // unit vector towards the edge it came from
  int way_ = 0;     // steps from the first one in view to rest_
  bool is_in_view_ = false;
  std::string_view event_;
};

}  // namespace awd::sim
