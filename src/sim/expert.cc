#include "sim/expert.h"

#include <algorithm>
#include <cmath>

#include "sim/arm_controller.h"
#include "sim/table_scene.h"

namespace awd::sim {
namespace {

constexpr double kGain = 0.4, kMaxStep = 0.02;    // share of the way per control step; m
constexpr double kYawGain = 0.3, kMaxTurn = 0.1;  // share of the angle per control step; rad
constexpr double kTravelHeight = 0.16;            // m, TCP height when carrying
constexpr double kReleaseHeight = 0.075;          // m
constexpr double kRetreatHeight = 0.18;           // m
constexpr double kReopenHeight = 0.12;            // m
constexpr double kLowestGrasp = 0.018;            // m: pads clear of the table top
constexpr float kOpen = -1, kClose = 1;

// Where the TCP should go and how much of the sideways motion to allow yet.
struct Goal {
  Vec3 position;
  double turn = 0;      // rad
  double sideways = 1;  // 0 .. 1
  float gripper = kOpen;
  ExpertStage stage = ExpertStage::kApproach;
};

// Least turn of the hand to a proper grasp; an object that may be held at any yaw brings the hand back to home yaw.
double yaw_error(const SceneState& scene, int object) {
  const ObjectSpec& spec = kObjects[object];
  const double hand = rotation_from_down(scene.tcp.rotation)[2];
  if (spec.grasp_symmetry == 0) return -hand;
  return std::remainder(yaw_of(scene.objects[object].rotation) + spec.grasp_yaw - hand, spec.grasp_symmetry);
}

Goal carry(const SceneState& scene) {
  const Vec3& hand = scene.tcp.position;
  const double to_bin = horizontal_distance(hand, {kBinX, kBinY, 0});
  if (to_bin < 0.02 && hand[2] < 0.085) return {.position = hand, .gripper = kOpen, .stage = ExpertStage::kRelease};
  Goal goal{.position = {kBinX, kBinY, kTravelHeight}, .gripper = kClose, .stage = ExpertStage::kCarry};
  if (to_bin <= 0.035) goal.position[2] = kReleaseHeight + std::clamp(4 * (to_bin - 0.012), 0.0, 0.085);
  // Rise first: no sideways motion below 6 cm, all of it from 12 cm on.
  if (to_bin >= 0.05) goal.sideways = std::clamp((hand[2] - 0.06) / 0.06, 0.0, 1.0);
  return goal;
}

Goal release(const SceneState& scene) {
  Goal goal{.position = scene.tcp.position, .gripper = kOpen, .stage = ExpertStage::kRelease};
  if (scene.opening() > 0.033) goal.position = {kBinX, kBinY, kRetreatHeight};
  return goal;
}

Goal approach(const SceneState& scene, int object) {
  const Vec3& hand = scene.tcp.position;
  const Vec3& target = scene.objects[object].position;
  const double turn = yaw_error(scene, object);
  const double side = horizontal_distance(target, hand);
  const double grasp_height = std::max(target[2], kLowestGrasp);
  const Goal reopen{.position = {hand[0], hand[1], std::max(hand[2], kReopenHeight)},
                    .turn = turn,
                    .gripper = kOpen,
                    .stage = ExpertStage::kReopen};
  if (scene.opening() < 0.010) return reopen;  // closed on nothing
  if (side < 0.010 && std::fabs(hand[2] - grasp_height) < 0.008 && std::fabs(turn) < 0.15) {
    return {.position = hand, .gripper = kClose, .stage = ExpertStage::kClose};
  }
  if (scene.opening() < 0.036) return reopen;
  // A funnel over the object: the further off to the side or in yaw, the higher the hand stays.
  const double funnel = 4 * std::max(side - 0.008, 0.0) + 0.2 * std::max(std::fabs(turn) - 0.08, 0.0);
  Goal goal{.position = {target[0], target[1], grasp_height + std::clamp(funnel, 0.0, 0.10)}, .turn = turn};
  if (side >= 0.03) goal.sideways = std::clamp(1 - (goal.position[2] - hand[2] - 0.02) / 0.05, 0.0, 1.0);
  return goal;
}

Goal choose_goal(const SceneState& scene, int object) {
  if (is_held(scene, object)) return carry(scene);
  const bool over_bin = horizontal_distance(scene.objects[object].position, {kBinX, kBinY, 0}) < 0.062;
  return over_bin ? release(scene) : approach(scene, object);
}

}  // namespace

ExpertMove pick_and_place(const SceneState& scene, int object) {
  const Goal goal = choose_goal(scene, object);
  const Vec3 error = goal.position - scene.tcp.position;
  const Vec3 step = limited(kGain * Vec3{goal.sideways * error[0], goal.sideways * error[1], error[2]}, kMaxStep);
  ExpertMove move{.stage = goal.stage};
  for (int i = 0; i < 3; ++i) move.action[i] = float(step[i] / kPositionScale);
  move.action[5] = float(std::clamp(kYawGain * goal.turn, -kMaxTurn, kMaxTurn) / kRotationScale);
  move.action[6] = goal.gripper;
  return move;
}

}  // namespace awd::sim
