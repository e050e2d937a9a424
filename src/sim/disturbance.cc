// Draws the kind, length and size of a burst of wrong actions, and says how often bursts come.
#include "sim/disturbance.h"

namespace awd::sim {
namespace {

constexpr double kDriftShare = 0.72, kGripperShare = 0.18;  // the rest dives or pulls up

/// Uniform in [-bound, bound], action units: 0.6 of a shift is 3 cm a step, 0.25 of a turn 0.125 rad.
float draw(Rng& rng, double bound) { return float(rng.uniform(-bound, bound)); }

}  // namespace

std::vector<Action> draw_burst(Rng& rng, ExpertStage stage) {
  const bool is_closed = stage == ExpertStage::kCarry || stage == ExpertStage::kPush;
  const double kind = rng.uniform();
  Action action{};
  action[6] = is_closed ? kGripperClose : kGripperOpen;
  int length = 2 + rng.index(3);
  if (kind < kDriftShare) {
    length = 2 + rng.index(5);
    action[0] = draw(rng, 0.6);
    action[1] = draw(rng, 0.6);
    action[2] = draw(rng, 0.42);
    if (rng.uniform() < 0.5) action[5] = draw(rng, 0.25);
  } else if (kind < kDriftShare + kGripperShare) {
    action[6] = is_closed ? kGripperOpen : kGripperClose;  // drop it, or close too early
    if (!is_closed) {
      for (int i = 0; i < 3; ++i) action[i] = draw(rng, 0.2);
    }
  } else {
    action[0] = draw(rng, 0.3);
    action[1] = draw(rng, 0.3);
    action[2] = stage == ExpertStage::kApproach ? -0.5f : 0.4f;
  }
  return {std::size_t(length), action};
}

double burst_probability(ExpertStage stage) {
  if (stage == ExpertStage::kApproach) return 0.05;
  if (stage == ExpertStage::kPush) return 0.04;
  return stage == ExpertStage::kCarry ? 0.025 : 0.0;
}

}  // namespace awd::sim
