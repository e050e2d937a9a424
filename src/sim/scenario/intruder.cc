// Chooses a side and a place away from everything the task is about, then moves the hand in and out.
#include "sim/scenario/intruder.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "sim/layout.h"
#include "sim/table_scene.h"

namespace awd::sim {
namespace {

constexpr int kBase = 0;                               // index into kCameraNames
constexpr double kNearestX = 0.25, kFarthestX = 0.78;  // m: over the table, seen by the base camera
constexpr double kLow = 0.04, kHigh = 0.14;            // m, height of the palm
constexpr double kInnerY = 0.15, kOuterY = 0.36;       // m, palm to the table's middle line
constexpr double kFingers = 0.10, kForearm = 0.45;     // m, from the palm to the fingertips and to the other end
constexpr int kDraws = 32;

/// Distance of a point from the segment between two others.
double distance_to_segment(const PicturePoint& p, const PicturePoint& a, const PicturePoint& b) {
  const double x = b.x - a.x, y = b.y - a.y;
  const double share = std::clamp(((p.x - a.x) * x + (p.y - a.y) * y) / (x * x + y * y), 0.0, 1.0);
  return std::hypot(p.x - a.x - share * x, p.y - a.y - share * y);
}

/// Distance in the base picture of the line from the fingertips to the forearm's end to the nearest thing that the task
/// is about.
double clearance(const World& world, const Vec3& palm, const Vec3& outward) {
  const SceneState& scene = world.scene();
  const PicturePoint tips = world.project(palm - kFingers * outward, kBase);
  const PicturePoint end = world.project(palm + kForearm * outward, kBase);
  const Vec3 focus = world.task().focus(scene).position, goal = world.task().goal(scene).position;
  double nearest = 1;
  const auto keep_off = [&](const Vec3& point) {
    nearest = std::min(nearest, distance_to_segment(world.project(point, kBase), tips, end));
  };
  keep_off(scene.tcp.position);
  keep_off(goal);
  keep_off(0.5 * (focus + goal));
  for (const Pose& object : scene.objects) keep_off(object.position);
  return nearest;
}

}  // namespace

Intruder::Intruder(const Options& options, std::uint64_t seed) : options_(options), rng_(seed) {
  begin_ = options.earliest + rng_.index(std::max(options.latest - options.earliest, 0) + 1);
}

void Intruder::plan(World& world) {
  double best = -1;
  for (int i = 0; i < kDraws && best < options_.clearance; ++i) {
    const double side = rng_.uniform() < 0.5 ? -1 : 1;
    const Vec3 outward{0, side, 0};
    const double x = rng_.uniform(kNearestX, kFarthestX), y = side * rng_.uniform(kInnerY, kOuterY);
    const Vec3 palm{x, y, rng_.uniform(kLow, kHigh)};
    const double room = clearance(world, palm, outward);
    if (room <= best) continue;
    best = room;
    outward_ = outward;
    rest_ = {palm, from_yaw(-side * std::numbers::pi / 2)};
  }
  // The nearest place outside the picture, in whole steps from the place where it stays.
  Pose pose = rest_;
  do {
    pose.position = pose.position + options_.speed * outward_;
    world.set_prop(Prop::kIntruder, pose);
    ++way_;
  } while (world.is_in_picture(Prop::kIntruder, kBase));
  --way_;
}

void Intruder::before_step(World& world, int step) {
  event_ = {};
  if (step < begin_) return;
  if (step == begin_) plan(world);
  const int since = step - begin_;
  const int away = std::max({way_ - since, since - way_ - options_.stay, 0});  // steps from the resting place
  Pose pose = rest_;
  pose.position = pose.position + away * options_.speed * outward_;
  if (since > 2 * way_ + options_.stay) pose = parked_props()[std::size_t(Prop::kIntruder)];
  world.set_prop(Prop::kIntruder, pose);
  const bool was_in_view = is_in_view_;
  is_in_view_ = world.is_in_picture(Prop::kIntruder, kBase);
  if (is_in_view_ && !was_in_view) event_ = kName;
}

}  // namespace awd::sim
