// "Pick the green cylinder from the turntable": layout, speeds of the disc, success, and an expert that moves along
// with the disc's mean speed, because one picture does not show the present one.
#include "sim/tasks/pick_turntable/pick_turntable.h"

#include <array>
#include <cmath>
#include <numbers>

#include "sim/pick_and_place.h"
#include "sim/table_scene.h"

namespace awd::sim {
namespace {

constexpr int kTarget = 1;  // the green cylinder

// Layout, m.
constexpr Area kDiscArea{.low_x = 0.44, .high_x = 0.52, .low_y = -0.08, .high_y = 0.08};  // of its centre
constexpr Area kOthersArea{.low_x = 0.34, .high_x = 0.62, .low_y = -0.28, .high_y = 0.28};
constexpr double kDiscClearance = kTurntableRadius + 0.06;   // centre of the disc to the other objects
constexpr double kInnerRadius = 0.07, kOuterRadius = 0.085;  // where the cylinder stands on the disc
constexpr double kDropHeight = 1e-3;                         // so that nothing starts in penetration

// Speeds, rad/s: at 8 cm from the centre the fast ones move the cylinder by 4 to 7 mm per control step. Drawn anew
// every 12 to 25 steps: open-loop chunks of 20 steps then often miss, while following every picture succeeds.
constexpr double kNearStopShare = 0.35;
constexpr double kSlowest = 0.03, kSlow = 0.10, kFast = 1.1, kFastest = 1.8;
constexpr double kMeanSpeed = 0.5 * (kNearStopShare * (kSlowest + kSlow) + (1 - kNearStopShare) * (kFast + kFastest));
constexpr int kShortestStretch = 12, kStretchSpread = 14;  // control steps
constexpr std::uint64_t kSpeedStream = 2;                  // keeps these draws apart from those of the layout
constexpr double kControlPeriod = 0.05;                    // s

constexpr double kLiftedHeight = 0.08, kHoldHeight = 0.13;  // m above the disc: success; where the expert lifts to
constexpr double kOnDiscHeight = 0.04;                      // m, a cylinder whose centre is lower than this rides
constexpr HandPace kPace{.side_gain = 0.8, .height_gain = 0.25, .max_step = 0.010};

double draw_speed(Rng& rng) {
  const bool is_near_stop = rng.uniform() < kNearStopShare;
  return is_near_stop ? rng.uniform(kSlowest, kSlow) : rng.uniform(kFast, kFastest);
}

double disc_top(const SceneState& scene) { return scene.prop(Prop::kTurntable).position[2] + kTurntableTop; }

/// How the cylinder moves in one control step at the mean speed, m.
Vec3 mean_ride(const SceneState& scene) {
  const Vec3 arm = scene.objects[kTarget].position - scene.prop(Prop::kTurntable).position;
  const bool rides = std::hypot(arm[0], arm[1]) < kTurntableRadius &&
                     scene.objects[kTarget].position[2] < disc_top(scene) + kOnDiscHeight;
  return (rides ? kMeanSpeed * kControlPeriod : 0) * Vec3{-arm[1], arm[0], 0};
}

class PickTurntable final : public Task {
 public:
  std::string_view name() const override { return "pick_turntable"; }
  std::string_view prompt() const override { return "pick the green cylinder from the turntable"; }
  Thing focus_thing() const override { return ObjectId{kTarget}; }
  Thing goal_thing() const override { return Prop::kTurntable; }
  bool grasps() const override { return true; }
  bool movable_goal() const override { return false; }  // the cylinder stands on it

  Layout place(Rng& rng) const override {
    Layout layout;
    const Vec3 centre = draw_point(rng, kDiscArea);
    scatter_objects(rng, kOthersArea, std::array{KeepOut{centre, kDiscClearance}}, layout);
    const double angle = rng.uniform(-std::numbers::pi, std::numbers::pi);
    const double radius = rng.uniform(kInnerRadius, kOuterRadius);
    layout.objects[kTarget].position = centre + Vec3{radius * std::cos(angle), radius * std::sin(angle),
                                                     kTurntableTop + kObjects[kTarget].half_height + kDropHeight};
    layout.prop(Prop::kTurntable).position = centre;
    layout.turntable_speed = draw_speed(rng);
    return layout;
  }

  std::optional<double> turntable_change(std::uint64_t seed, int step) const override {
    Rng rng(mix_seed(seed, kSpeedStream));
    for (int change = 0; change <= step;) {
      change += kShortestStretch + rng.index(kStretchSpread);
      const double speed = draw_speed(rng);
      if (change == step) return speed;
    }
    return {};
  }

  bool is_success(const SceneState& scene) const override {
    return is_held(scene, kTarget) && scene.objects[kTarget].position[2] > disc_top(scene) + kLiftedHeight;
  }

  Phase phase(const SceneState& scene) const override { return pick_phase(scene, kTarget); }

  ExpertMove expert(const SceneState& scene) const override {
    const Vec3& hand = scene.tcp.position;
    if (is_held(scene, kTarget)) {
      const HandGoal lift{.position = {hand[0], hand[1], disc_top(scene) + kHoldHeight},
                          .gripper = kGripperClose,
                          .stage = ExpertStage::kCarry};
      return move_towards(scene, lift, kPace);
    }
    HandGoal goal = approach(scene, kTarget);
    const bool closes = goal.stage == ExpertStage::kClose;
    if (closes) goal.position = {scene.objects[kTarget].position[0], scene.objects[kTarget].position[1], hand[2]};
    if (closes || goal.stage == ExpertStage::kApproach) goal.drift = mean_ride(scene);
    return move_towards(scene, goal, kPace);
  }
};

}  // namespace

void add_pick_turntable_task(std::vector<std::unique_ptr<const Task>>& tasks) {
  tasks.push_back(std::make_unique<PickTurntable>());
}

}  // namespace awd::sim
