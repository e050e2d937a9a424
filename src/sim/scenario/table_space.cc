// Circles around things, swept along straight ways.
#include "sim/scenario/table_space.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "sim/table_scene.h"

namespace awd::sim {
namespace {

constexpr double kGap = 0.02;           // m between the circles of things that are not grasped
constexpr double kHandRadius = 0.06;    // m around the TCP: the open fingers at any yaw
constexpr double kFingerWidth = 0.025;  // m, what the fingers cover beyond their opening
constexpr double kBelowTcp = 0.015;     // m, pads below the TCP
constexpr double kBelowCarried = 0.04;  // m, a carried object below the TCP
constexpr double kRestHeight = 0.012;   // m, an object this near to its rest height stands
constexpr double kRideMargin = 0.03;    // m, objects stay this far inside the turntable's edge
constexpr double kFlat = 0.005;         // m, lower things may be moved under the hand and right up to others
constexpr double kParked = -1;          // m, props below this height are out of the scene

// In the order of Prop, the bin between its side and its corner; the intruder and the distractor never stand on the
// table.
constexpr std::array<double, kPropCount> kPropRadius{0.095, kMarkRadius, 0.057, kTurntableRadius, 0, 0};
constexpr std::array<double, kPropCount> kPropHeight{0.053, 0.001, kButtonTop, kTurntableTop, 0, 0};
constexpr std::array<double, kObjectCount> kObjectRadius{0.029, 0.020, 0.036};

/// Horizontal distance (m) of a point from the segment between two others.
double distance_to_way(const Vec3& point, const Vec3& from, const Vec3& to) {
  const double along_x = to[0] - from[0], along_y = to[1] - from[1];
  const double length2 = along_x * along_x + along_y * along_y;
  const double dot = (point[0] - from[0]) * along_x + (point[1] - from[1]) * along_y;
  const double share = length2 > 0 ? std::clamp(dot / length2, 0.0, 1.0) : 0;
  return std::hypot(point[0] - from[0] - share * along_x, point[1] - from[1] - share * along_y);
}

bool is_riding(const SceneState& scene, int object) {
  const Vec3& disc = scene.prop(Prop::kTurntable).position;
  return disc[2] > kParked && horizontal_distance(scene.objects[object].position, disc) < kTurntableRadius;
}

bool is_inside(const Area& area, const Vec3& p) {
  return p[0] >= area.low_x && p[0] <= area.high_x && p[1] >= area.low_y && p[1] <= area.high_y;
}

/// The hand is far above `thing`, or far from its way.
bool is_hand_clear(const SceneState& scene, const Thing& thing, const Vec3& from, const Vec3& to) {
  bool carries = false;
  for (int i = 0; i < kObjectCount; ++i) carries |= is_held(scene, i);
  const double lowest = scene.tcp.position[2] - (carries ? kBelowCarried : kBelowTcp);
  const auto* object = std::get_if<ObjectId>(&thing);
  const double floor = object ? from[2] - kObjects[object->index].half_height : from[2];
  return height_of(thing) < kFlat || lowest > floor + height_of(thing) + kGap ||
         distance_to_way(scene.tcp.position, from, to) > footprint_radius(thing) + scene.opening() + kFingerWidth;
}

/// No standing object or prop but `thing` itself, and what it rides on, reaches into the circle swept along the way.
bool is_unobstructed(const SceneState& scene, const Thing& thing, const Vec3& from, const Vec3& to) {
  const auto* moving = std::get_if<ObjectId>(&thing);
  const double gap = height_of(thing) > kFlat ? kGap : 0;
  const double reach = moving ? kHandRadius : footprint_radius(thing) + gap;
  for (int i = 0; i < kObjectCount; ++i) {
    if ((moving && moving->index == i) || !is_standing(scene, i)) continue;
    if (distance_to_way(scene.objects[i].position, from, to) < reach + kObjectRadius[i]) return false;
  }
  for (int i = 0; i < kPropCount; ++i) {
    const auto prop = static_cast<Prop>(i);
    const bool carries_it = prop == Prop::kTurntable && moving && is_riding(scene, moving->index);
    if (thing == Thing{prop} || carries_it || kPropRadius[i] == 0 || scene.props[i].position[2] < kParked) continue;
    if (distance_to_way(scene.props[i].position, from, to) < reach + kPropRadius[i]) return false;
  }
  return true;
}

}  // namespace

double footprint_radius(const Thing& thing) {
  const auto* object = std::get_if<ObjectId>(&thing);
  return object ? kObjectRadius[object->index] : kPropRadius[std::size_t(std::get<Prop>(thing))];
}

double height_of(const Thing& thing) {
  const auto* object = std::get_if<ObjectId>(&thing);
  return object ? 2 * kObjects[object->index].half_height : kPropHeight[std::size_t(std::get<Prop>(thing))];
}

bool is_standing(const SceneState& scene, int object) {
  return std::fabs(scene.objects[object].position[2] - rest_height(scene, object)) < kRestHeight;
}

bool is_way_clear(const SceneState& scene, const Thing& thing, const Vec3& to) {
  const Vec3 from = scene.pose_of(thing).position;
  return is_unobstructed(scene, thing, from, to) && is_hand_clear(scene, thing, from, to);
}

bool has_room(const SceneState& scene, int object, const Vec3& at) {
  return is_unobstructed(scene, ObjectId{object}, at, at);
}

double rest_height(const SceneState& scene, int object) {
  return kObjects[object].half_height + (is_riding(scene, object) ? kTurntableTop : 0);
}

bool is_place_allowed(const SceneState& scene, const Thing& thing, const Vec3& to) {
  const auto* object = std::get_if<ObjectId>(&thing);
  if (object && is_riding(scene, object->index)) {
    return horizontal_distance(to, scene.prop(Prop::kTurntable).position) < kTurntableRadius - kRideMargin;
  }
  return is_inside(thing == Thing{Prop::kBin} ? kBinArea : kPushArea, to);
}

}  // namespace awd::sim
