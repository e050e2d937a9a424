// One proportional step of the hand towards where an expert wants it.
#include "sim/expert.h"

#include <algorithm>

namespace awd::sim {
namespace {

constexpr double kYawGain = 0.3, kMaxTurn = 0.1;  // share of the angle per control step; rad

constexpr double kFarDistance = 0.03, kRiseLag = 0.02, kRiseBlend = 0.05;  // m

}  // namespace

double share_while_rising(double side, double rise) {
  return side < kFarDistance ? 1 : std::clamp(1 - (rise - kRiseLag) / kRiseBlend, 0.0, 1.0);
}

ExpertMove move_towards(const SceneState& scene, const HandGoal& goal, const HandPace& pace) {
  const Vec3 error = goal.position - scene.tcp.position;
  const Vec3 share{pace.side_gain * error[0], pace.side_gain * error[1], pace.height_gain * error[2]};
  const Vec3 wanted = share + goal.drift;
  const Vec3 step = limited({goal.sideways * wanted[0], goal.sideways * wanted[1], wanted[2]}, pace.max_step);
  ExpertMove move{.stage = goal.stage};
  for (int i = 0; i < 3; ++i) move.action[i] = float(step[i] / kPositionScale);
  move.action[5] = float(std::clamp(kYawGain * goal.turn, -kMaxTurn, kMaxTurn) / kRotationScale);
  move.action[6] = goal.gripper;
  return move;
}

}  // namespace awd::sim
