// Scenario "target_move": the place where the object has to go (bin, mark, other object; or the button) moves
// while the object is on its way.
#pragma once

#include "base/rng.h"
#include "sim/scenario/copyable.h"
#include "sim/scenario/progress.h"
#include "sim/scenario/push.h"

namespace awd::sim {

class TargetMove final : public CopyableScenario<TargetMove> {
 public:
  static constexpr std::string_view kName = "target_move";
  struct Options {
    double distance = 0.06;
    double spread = 0.02;
    int steps = 3;
    double earliest = 0.1;
    double latest = 0.6;
    int times = 1;
    int pause = 15;

    template <class V>
    void visit(V&& v) {
      v(Field{"distance", "m", "mean length of the move", 0, 0.2}, distance);
      v(Field{"spread", "m", "the length is uniform in distance - spread .. distance + spread", 0, 0.2}, spread);
      v(Field{"steps", "steps", "duration of the move", 1, 100}, steps);
      v(Field{"earliest", "", "the move starts when a share of the way drawn from earliest .. latest is covered", 0, 1},
        earliest);
      v(Field{"latest", "", "see earliest", 0, 1}, latest);
      v(Field{"times", "", "how many moves at most", 1, 1000}, times);
      v(Field{"pause", "steps", "from the end of one move to the start of the next, at least; ignored for one move", 0,
              100000},
        pause);
    }
  };
  static bool supports(const Task& task) { return task.movable_goal(); }

  TargetMove(const Options& options, std::uint64_t seed);
  void before_step(World& world, int step) override;
  std::string_view event() const override { return event_; }

 private:
  void try_to_start(const World& world);

  Options options_;
  Rng rng_;
  double start_share_;  // of the way
  Progress progress_;
  PushSeries pushes_;
  std::string_view event_;
};

}  // namespace awd::sim
