// The scripted pick-and-place expert: chooses a goal for the hand from the measured scene and moves a share of the way.
#include "sim/expert.h"

#include <algorithm>
#include <cmath>

#include "sim/table_scene.h"

namespace awd::sim {
namespace {

constexpr double kGain = 0.4, kMaxStep = 0.02;    // share of the way per control step; m
constexpr double kYawGain = 0.3, kMaxTurn = 0.1;  // share of the angle per control step; rad

// All below in metres; heights are those of the TCP, distances are horizontal, from hand to object or to the bin's
// centre. Tuned together on the placements of all tasks (expert_test.cc).

// Approach: a funnel over the object. The further off to the side or in yaw, the higher the hand stays.
constexpr double kLowestGrasp = 0.018;  // pads clear of the table top
constexpr double kFunnelSlope = 4, kFunnelFreeDistance = 0.008;
constexpr double kFunnelTurnSlope = 0.2, kFunnelFreeTurn = 0.08;  // m per rad; rad
constexpr double kFunnelHeight = 0.10;                            // the highest it asks for, above the grasp
// Far off, the hand gains height before it moves sideways: none while it is 7 cm too low, all of it from 2 cm on.
constexpr double kFarDistance = 0.03, kRiseLag = 0.02, kRiseBlend = 0.05;

// Grasp: close when the hand is this near to the object.
constexpr double kGraspDistance = 0.010, kGraspHeightError = 0.008;
constexpr double kGraspTurn = 0.15;  // rad

// Openings of the fingers, 0 .. 0.04.
constexpr double kMissedOpening = 0.010;  // below it nothing is held: open again
constexpr double kReadyOpening = 0.036;   // from here on the hand may go down on an object
constexpr double kFreeOpening = 0.033;    // from here on a released object stays behind
constexpr double kReopenHeight = 0.12;

// Carry: rise, travel, come down in a cone over the bin's centre, let go, retreat.
constexpr double kClearHeight = 0.06, kClearBlend = 0.06;  // no sideways motion below 6 cm, all of it from 12 cm on
constexpr double kNearBin = 0.05;                          // nearer than this the height no longer brakes
constexpr double kTravelHeight = 0.16;
constexpr double kConeDistance = 0.035, kConeSlope = 4, kConeFreeDistance = 0.012;
constexpr double kConeHeight = 0.085;  // from release to travel height
constexpr double kReleaseHeight = 0.075;
constexpr double kLetGoDistance = 0.02, kLetGoHeight = 0.085;
constexpr double kRetreatHeight = 0.18;

/// Where the TCP should go and how much of the sideways motion to allow yet.
struct Goal {
  Vec3 position;
  double turn = 0;      // rad
  double sideways = 1;  // 0 .. 1
  float gripper = kGripperOpen;
  ExpertStage stage = ExpertStage::kApproach;
};

/// Least turn (rad) of the hand to a proper grasp; an object that may be held at any yaw brings the hand back to home
/// yaw.
double yaw_error(const SceneState& scene, int object) {
  const ObjectSpec& spec = kObjects[object];
  const double hand = rotation_from_down(scene.tcp.rotation)[2];
  if (spec.grasp_symmetry == 0) return -hand;
  return std::remainder(yaw_of(scene.objects[object].rotation) + spec.grasp_yaw - hand, spec.grasp_symmetry);
}

Goal carry(const SceneState& scene) {
  const Vec3& hand = scene.tcp.position;
  const double to_bin = horizontal_distance(hand, {kBinX, kBinY, 0});
  if (to_bin < kLetGoDistance && hand[2] < kLetGoHeight) {
    return {.position = hand, .gripper = kGripperOpen, .stage = ExpertStage::kRelease};
  }
  Goal goal{.position = {kBinX, kBinY, kTravelHeight}, .gripper = kGripperClose, .stage = ExpertStage::kCarry};
  if (to_bin <= kConeDistance) {
    goal.position[2] = kReleaseHeight + std::clamp(kConeSlope * (to_bin - kConeFreeDistance), 0.0, kConeHeight);
  }
  if (to_bin >= kNearBin) goal.sideways = std::clamp((hand[2] - kClearHeight) / kClearBlend, 0.0, 1.0);
  return goal;
}

Goal release(const SceneState& scene) {
  Goal goal{.position = scene.tcp.position, .gripper = kGripperOpen, .stage = ExpertStage::kRelease};
  if (scene.opening() > kFreeOpening) goal.position = {kBinX, kBinY, kRetreatHeight};
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
                    .gripper = kGripperOpen,
                    .stage = ExpertStage::kReopen};
  if (scene.opening() < kMissedOpening) return reopen;
  const bool is_at_height = std::fabs(hand[2] - grasp_height) < kGraspHeightError;
  if (side < kGraspDistance && is_at_height && std::fabs(turn) < kGraspTurn) {
    return {.position = hand, .gripper = kGripperClose, .stage = ExpertStage::kClose};
  }
  if (scene.opening() < kReadyOpening) return reopen;
  const double funnel = kFunnelSlope * std::max(side - kFunnelFreeDistance, 0.0) +
                        kFunnelTurnSlope * std::max(std::fabs(turn) - kFunnelFreeTurn, 0.0);
  Goal goal{.position = {target[0], target[1], grasp_height + std::clamp(funnel, 0.0, kFunnelHeight)}, .turn = turn};
  if (side >= kFarDistance) {
    goal.sideways = std::clamp(1 - (goal.position[2] - hand[2] - kRiseLag) / kRiseBlend, 0.0, 1.0);
  }
  return goal;
}

Goal choose_goal(const SceneState& scene, int object) {
  if (is_held(scene, object)) return carry(scene);
  return is_over_bin(scene, object) ? release(scene) : approach(scene, object);
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
