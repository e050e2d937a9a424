// "Press the button": layout, success, and an expert that closes its fingers and comes down on the cap.
#include "sim/tasks/press_button/press_button.h"

#include <algorithm>
#include <array>

#include "sim/table_scene.h"

namespace awd::sim {
namespace {

// Horizontal distances and heights in m.
constexpr double kPressed = 0.6 * kButtonTravel;  // counts as pressed
constexpr double kSpacing = 0.11;                 // button to object centre: room for the hand
constexpr double kTipDrop = 0.012;                // the pads reach this far below the TCP
constexpr double kTouched = 0.002;                // travel: more than the cap's own weight causes
constexpr double kNearSide = 0.03;                // border between reaching and pressing

// Expert: over the cap in a funnel, then straight down beyond the cap's stop.
constexpr HandPace kPace{.side_gain = 0.3, .height_gain = 0.3, .max_step = 0.011};
constexpr double kFunnelSlope = 4, kFunnelFreeDistance = 0.008, kFunnelHeight = 0.08;
constexpr double kClosedOpening = 0.006;  // above it the hand waits over the cap ...
constexpr double kWaitHeight = 0.015;     // ... this high
constexpr double kPressDepth = 0.025;     // aimed below the unpressed cap, so that the last millimetres are not slow

class PressButton final : public Task {
 public:
  std::string_view name() const override { return "press_button"; }
  std::string_view prompt() const override { return "press the button"; }
  Thing focus_thing() const override { return Prop::kButton; }
  Thing goal_thing() const override { return Prop::kButton; }
  bool grasps() const override { return false; }

  Layout place(Rng& rng) const override {
    Layout layout;
    Vec3& button = layout.prop(Prop::kButton).position;
    button = draw_point(rng, kObjectArea);
    place_bin(rng, layout);
    scatter_objects(rng, kObjectArea, std::array{around_bin(layout), KeepOut{button, kSpacing}}, layout);
    return layout;
  }

  bool is_success(const SceneState& scene) const override { return scene.button_travel >= kPressed; }

  Phase phase(const SceneState& scene) const override {
    if (scene.button_travel > kTouched) return Phase::kPlace;
    const double side = horizontal_distance(scene.tcp.position, scene.prop(Prop::kButton).position);
    return side < kNearSide ? Phase::kMove : Phase::kReach;
  }

  ExpertMove expert(const SceneState& scene) const override {
    const Vec3& hand = scene.tcp.position;
    const Vec3& button = scene.prop(Prop::kButton).position;
    const double side = horizontal_distance(hand, button);
    const double touch = button[2] + kButtonTop + kTipDrop;
    double height = touch + std::clamp(kFunnelSlope * (side - kFunnelFreeDistance), 0.0, kFunnelHeight);
    if (side <= kFunnelFreeDistance) {
      height = scene.opening() < kClosedOpening ? touch - kPressDepth : touch + kWaitHeight;
    }
    const HandGoal goal{.position = {button[0], button[1], height},
                        .turn = -rotation_from_down(scene.tcp.rotation)[2],
                        .sideways = share_while_rising(side, height - hand[2]),
                        .gripper = kGripperClose};
    return move_towards(scene, goal, kPace);
  }
};

}  // namespace

void add_press_button_task(std::vector<std::unique_ptr<const Task>>& tasks) {
  tasks.push_back(std::make_unique<PressButton>());
}

}  // namespace awd::sim
