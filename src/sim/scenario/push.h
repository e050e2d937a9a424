// A push: one thing moves a few centimetres over the table within a few control steps.
#pragma once

#include <optional>

#include "base/rng.h"
#include "sim/world.h"

namespace awd::sim {

/// What to draw a push from.
struct PushRange {
  double distance = 0;  // m
  double spread = 0;    // m: the length is uniform in distance - spread .. distance + spread
  double turn = 0;      // rad: largest turn to either side
  int steps = 1;
};

/// A push under way. Advance it once per control step.
class Push {
 public:
  /// Draws direction, length and turn until the way is clear and its end allowed; nothing where a fair number of draws
  /// find none.
  static std::optional<Push> draw(Rng& rng, const SceneState& scene, const Thing& thing, const PushRange& range);

  bool is_over() const { return left_ == 0; }
  void advance(World& world);

 private:
  Push(const Thing& thing, const Vec3& shift, double turn, int steps)
      : thing_(thing), shift_(shift), turn_(turn), left_(steps) {}

  Thing thing_;
  Vec3 shift_;   // m per step
  double turn_;  // rad per step
  int left_;     // steps
};

/// At most `times` pushes one after the other, with at least `pause` steps from the end of one to the start of the
/// next.
class PushSeries {
 public:
  PushSeries(int times, int pause) : left_(times), pause_(pause) {}

  /// Whether a push may start at `step`: none is under way, some are left, and the pause is over.
  bool is_due(int step) const { return !push_ && left_ > 0 && step >= earliest_step_; }
  /// Starts `push`; nothing stays nothing and counts for none.
  void start(const std::optional<Push>& push);
  bool is_under_way() const { return push_.has_value(); }
  /// One step of the push under way; true if it was the last.
  bool advance(World& world, int step);

 private:
  std::optional<Push> push_;  // under way
  int left_;                  // pushes to come
  int pause_;                 // steps
  int earliest_step_ = 0;     // of the next push
};

}  // namespace awd::sim
