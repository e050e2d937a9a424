// Scenario "slip": the carried object slides out of the gripper and drops on the table.
#pragma once

#include "sim/scenario/copyable.h"
#include "sim/scenario/progress.h"

namespace awd::sim {

class Slip final : public CopyableScenario<Slip> {
 public:
  static constexpr std::string_view kName = "slip";
  struct Options {
    double fall = 0.05;
    double earliest = 0;
    double latest = 0.4;
    int times = 1;

    template <class V>
    void visit(V&& v) {
      v(Field{"fall", "m/step", "how fast the object comes down, until it stands on the table", 0.045, 0.3}, fall);
      v(Field{"earliest", "",
              "it slips when a share of the way drawn from earliest .. latest is covered, or before, where there is no "
              "room to land further on",
              0, 1},
        earliest);
      v(Field{"latest", "", "see earliest", 0, 1}, latest);
      v(Field{"times", "", "how many times at most it slips", 1, 1000}, times);
    }
  };
  /// The object is carried somewhere, not only picked up.
  static bool supports(const Task& task) { return task.grasps() && task.movable_goal(); }

  Slip(const Options& options, std::uint64_t seed);
  void before_step(World& world, int step) override;
  std::string_view event() const override { return event_; }

 private:
  bool may_start(const World& world);
  void fall(World& world);

  Options options_;
  double start_share_;  // of the way
  Progress progress_;
  bool is_falling_ = false;
  int left_;  // slips to come
  std::string_view event_;
};

}  // namespace awd::sim
