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

}  // namespace awd::sim
