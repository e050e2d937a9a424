// Goes over to the far side of the object as seen from the mark, down behind it, then pushes with the flat of the
// closed fingers; lifts and goes round again whenever it is not behind the object.
#include "sim/tasks/push/push_expert.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "sim/table_scene.h"

namespace awd::sim {
namespace {

// All in metres; heights are those of the TCP.
constexpr double kPushHeight = 0.018;  // pads clear of the table top
constexpr double kContact = 0.032;     // hand to object centre when they touch, a little more
constexpr double kStandOff = 0.050;    // where the hand comes down behind the object
constexpr double kFunnelSlope = 4, kFunnelFreeDistance = 0.010, kFunnelHeight = 0.085;  // over the stand-off
constexpr double kLowHeight = 0.026;  // below it the hand is beside the object and may push
constexpr double kBehind = 0.018;     // this far behind, at least
constexpr double kFarBehind = 0.075;  // and no further: from there it comes down anew
constexpr double kOffLine = 0.014;    // and this near to the line of the push
constexpr double kStride = 0.018;     // the hand aims this far ahead: 7 mm per step
constexpr double kDone = 0.012;       // object to mark: enough
constexpr double kLeaveHeight = 0.14;
constexpr double kSteadyDistance = 0.05;  // nearer to the mark than this the hand turns less and less
constexpr double kClosed = 0.006;         // opening from which the fingers count as closed

/// The hand is low, on the far side of the object at `p`, and in line with it along `ahead` [unit vector].
bool is_behind(const Vec3& hand, const Vec3& p, const Vec3& ahead) {
  const Vec3 offset = hand - p;
  const double behind = -(offset[0] * ahead[0] + offset[1] * ahead[1]);
  const double off_line = std::fabs(offset[0] * ahead[1] - offset[1] * ahead[0]);
  return hand[2] < kLowHeight && behind > kBehind && behind < kFarBehind && off_line < kOffLine;
}

}  // namespace

ExpertMove push_to(const SceneState& scene, int object, const Vec3& mark) {
  const Vec3& hand = scene.tcp.position;
  const Vec3& p = scene.objects[object].position;
  const double distance = horizontal_distance(p, mark);
  HandGoal goal{.position = {hand[0], hand[1], kLeaveHeight}, .gripper = kGripperClose, .stage = ExpertStage::kPush};
  if (distance < kDone) return move_towards(scene, goal);

  const Vec3 ahead{(mark[0] - p[0]) / distance, (mark[1] - p[1]) / distance, 0};
  const double yaw_error = std::atan2(ahead[1], ahead[0]) - rotation_from_down(scene.tcp.rotation)[2];
  goal.turn = std::remainder(yaw_error, std::numbers::pi) * std::min(distance / kSteadyDistance, 1.0);

  const bool is_pushing = is_behind(hand, p, ahead);
  const double back = is_pushing ? kContact - std::min(distance, kStride) : kStandOff;
  goal.position = {p[0] - back * ahead[0], p[1] - back * ahead[1], kPushHeight};
  if (is_pushing) {
    goal.position[2] = std::max(hand[2], kPushHeight);  // pressing down while in touch would jam the object
  } else {
    const double side = horizontal_distance(hand, goal.position);
    const double funnel = scene.opening() > kClosed ? kFunnelHeight : kFunnelSlope * (side - kFunnelFreeDistance);
    goal.position[2] += std::clamp(funnel, 0.0, kFunnelHeight);
    goal.sideways = share_while_rising(side, goal.position[2] - hand[2]);
  }
  return move_towards(scene, goal);
}

}  // namespace awd::sim
