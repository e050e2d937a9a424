// Chooses a goal for the hand from the measured scene: over the object, closing, carrying, letting go.
#include "sim/pick_and_place.h"

#include <algorithm>
#include <cmath>

#include "sim/table_scene.h"

namespace awd::sim {
namespace {

// All below in metres; heights are those of the TCP, distances are horizontal, from hand to object or to the bin's
// centre. Tuned together on the placements of all tasks (expert_test.cc).

// Approach: a funnel over the object. The further off to the side or in yaw, the higher the hand stays.
constexpr double kLowestGrasp = 0.018;  // pads clear of the table top
constexpr double kFunnelSlope = 4, kFunnelFreeDistance = 0.008;
constexpr double kFunnelTurnSlope = 0.2, kFunnelFreeTurn = 0.08;  // m per rad; rad
constexpr double kFunnelHeight = 0.10;                            // the highest it asks for, above the grasp

// Grasp: close when the hand is this near to the object.
constexpr double kGraspDistance = 0.010, kGraspHeightError = 0.008;
constexpr double kGraspTurn = 0.15;  // rad

// Openings of the fingers, 0 .. 0.04.
constexpr double kMissedOpening = 0.010;  // below it nothing is held: open again
constexpr double kReadyOpening = 0.036;   // from here on the hand may go down on an object
constexpr double kFreeOpening = 0.033;    // from here on a released object stays behind
constexpr double kReopenHeight = 0.12;

// Carry.
constexpr double kClearHeight = 0.06, kClearBlend = 0.06;  // no sideways motion below 6 cm, all of it from 12 cm on
constexpr double kNearSpot = 0.05;                         // nearer than this the height no longer brakes
constexpr double kConeSlope = 4, kConeReach = 0.023;       // beyond the reach the cone is at travel height
constexpr double kRetreatHeight = 0.18;

/// Least turn (rad) of the hand to a proper grasp; an object that may be held at any yaw brings the hand back to home
/// yaw.
double yaw_error(const SceneState& scene, int object) {
  const ObjectSpec& spec = kObjects[object];
  const double hand = rotation_from_down(scene.tcp.rotation)[2];
  if (spec.grasp_symmetry == 0) return -hand;
  return std::remainder(yaw_of(scene.objects[object].rotation) + spec.grasp_yaw - hand, spec.grasp_symmetry);
}

}  // namespace

HandGoal approach(const SceneState& scene, int object) {
  const Vec3& hand = scene.tcp.position;
  const Vec3& target = scene.objects[object].position;
  const double turn = yaw_error(scene, object);
  const double side = horizontal_distance(target, hand);
  const double grasp_height = std::max(target[2], kLowestGrasp);
  const HandGoal reopen{.position = {hand[0], hand[1], std::max(hand[2], kReopenHeight)},
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
  HandGoal goal{.position = {target[0], target[1], grasp_height + std::clamp(funnel, 0.0, kFunnelHeight)},
                .turn = turn};
  goal.sideways = share_while_rising(side, goal.position[2] - hand[2]);
  return goal;
}

HandGoal carry(const SceneState& scene, const PlaceSpec& place) {
  const Vec3& hand = scene.tcp.position;
  const double side = horizontal_distance(hand, place.spot);
  if (side < place.let_go_distance && hand[2] < place.release_height + place.release_tolerance) {
    return {.position = hand, .gripper = kGripperOpen, .stage = ExpertStage::kRelease};
  }
  HandGoal goal{.position = {place.spot[0], place.spot[1], place.travel_height},
                .gripper = kGripperClose,
                .stage = ExpertStage::kCarry};
  const double off = side - place.free_distance;
  if (off <= kConeReach) {
    const double highest = place.travel_height - place.release_height;
    goal.position[2] = place.release_height + std::clamp(kConeSlope * off, 0.0, highest);
  }
  if (side >= kNearSpot) goal.sideways = std::clamp((hand[2] - kClearHeight) / kClearBlend, 0.0, 1.0);
  return goal;
}

HandGoal release(const SceneState& scene, const Vec3& spot) {
  HandGoal goal{.position = scene.tcp.position, .gripper = kGripperOpen, .stage = ExpertStage::kRelease};
  if (scene.opening() > kFreeOpening) goal.position = {spot[0], spot[1], kRetreatHeight};
  return goal;
}

PlaceSpec into_bin(const SceneState& scene) {
  return {.spot = scene.prop(Prop::kBin).position,
          .release_height = 0.075,
          .release_tolerance = 0.010,
          .let_go_distance = 0.02,
          .free_distance = 0.012};
}

ExpertMove pick_into_bin(const SceneState& scene, int object) {
  const PlaceSpec bin = into_bin(scene);
  if (is_held(scene, object)) return move_towards(scene, carry(scene, bin));
  return move_towards(scene, is_over_bin(scene, object) ? release(scene, bin.spot) : approach(scene, object));
}

}  // namespace awd::sim
