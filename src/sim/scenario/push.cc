// Draws pushes by rejection and moves the thing by equal parts.
#include "sim/scenario/push.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "sim/scenario/table_space.h"

namespace awd::sim {
namespace {

constexpr int kDraws = 48;  // directions tried at one step

}  // namespace

std::optional<Push> Push::draw(Rng& rng, const SceneState& scene, const Thing& thing, const PushRange& range) {
  const Vec3 from = scene.pose_of(thing).position;
  for (int i = 0; i < kDraws; ++i) {
    const double direction = rng.uniform(-std::numbers::pi, std::numbers::pi);
    const double length = std::max(rng.uniform(range.distance - range.spread, range.distance + range.spread), 0.0);
    const double turn = rng.uniform(-range.turn, range.turn);
    const Vec3 shift{length * std::cos(direction), length * std::sin(direction), 0};
    if (!is_place_allowed(scene, thing, from + shift) || !is_way_clear(scene, thing, from + shift)) continue;
    return Push(thing, (1.0 / range.steps) * shift, turn / range.steps, range.steps);
  }
  return std::nullopt;
}

void Push::advance(World& world) {
  Pose pose = world.scene().pose_of(thing_);
  pose.position = pose.position + shift_;
  pose.rotation = normalized(from_yaw(turn_) * pose.rotation);
  world.set_pose(thing_, pose);
  --left_;
}

void PushSeries::start(const std::optional<Push>& push) {
  push_ = push;
  if (push_) --left_;
}

bool PushSeries::advance(World& world, int step) {
  push_->advance(world);
  if (!push_->is_over()) return false;
  push_.reset();
  earliest_step_ = step + 1 + pause_;
  return true;
}

}  // namespace awd::sim
