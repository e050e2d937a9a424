// "Stack the red cube on the blue box": pick, carry over, set down gently, leave upwards.
#include "sim/tasks/stack/stack.h"

#include <cmath>

#include "sim/pick_and_place.h"
#include "sim/table_scene.h"

namespace awd::sim {
namespace {

constexpr int kTop = 0, kBase = 2;                                                    // red cube, blue box
constexpr Area kArea{.low_x = 0.36, .high_x = 0.60, .low_y = -0.22, .high_y = 0.20};  // no bin, so more of the table
constexpr double kOffCentre = 0.02;     // m, the cube's centre is over the box
constexpr double kHeightError = 0.008;  // m, it stands on it rather than leans on it
constexpr double kLetGo = 0.030;        // m, opening from which it is let go
constexpr double kNearBase = 0.03;      // m, border between the phases move and place
constexpr double kSetDownGap = 0.003;   // m, under the cube when the hand opens
constexpr double kSetDownTolerance = 0.004, kSetDownDistance = 0.006, kStraightDown = 0.004;  // m

bool stands_on_base(const SceneState& scene) {
  const Vec3 offset = scene.objects[kTop].position - scene.objects[kBase].position;
  const double height = kObjects[kTop].half_height + kObjects[kBase].half_height;
  return std::hypot(offset[0], offset[1]) < kOffCentre && std::fabs(offset[2] - height) < kHeightError;
}

/// The cube goes over the box wherever it sits between the pads.
PlaceSpec onto_base(const SceneState& scene) {
  const Vec3 hand_from_cube = scene.tcp.position - scene.objects[kTop].position;
  const Vec3& base = scene.objects[kBase].position;
  return {.spot = base + hand_from_cube,
          .release_height =
              base[2] + kObjects[kBase].half_height + kObjects[kTop].half_height + kSetDownGap + hand_from_cube[2],
          .release_tolerance = kSetDownTolerance,
          .let_go_distance = kSetDownDistance,
          .free_distance = kStraightDown};
}

class StackRedOnBlue final : public Task {
 public:
  std::string_view name() const override { return "stack_red_on_blue"; }
  std::string_view prompt() const override { return "stack the red cube on the blue box"; }
  Thing focus_thing() const override { return ObjectId{kTop}; }
  Thing goal_thing() const override { return ObjectId{kBase}; }
  bool grasps() const override { return true; }

  Layout place(Rng& rng) const override {
    Layout layout;
    scatter_objects(rng, kArea, {}, layout);
    return layout;
  }

  bool is_success(const SceneState& scene) const override { return stands_on_base(scene) && scene.opening() > kLetGo; }

  Phase phase(const SceneState& scene) const override {
    const Vec3& cube = scene.objects[kTop].position;
    const Vec3& base = scene.objects[kBase].position;
    const bool is_over = horizontal_distance(cube, base) < kNearBase && cube[2] > base[2] + kObjects[kBase].half_height;
    return is_over ? Phase::kPlace : pick_phase(scene, kTop);
  }

  ExpertMove expert(const SceneState& scene) const override {
    if (is_held(scene, kTop)) return move_towards(scene, carry(scene, onto_base(scene)));
    if (stands_on_base(scene)) return move_towards(scene, release(scene, scene.tcp.position));
    return move_towards(scene, approach(scene, kTop));
  }
};

}  // namespace

void add_stack_task(std::vector<std::unique_ptr<const Task>>& tasks) {
  tasks.push_back(std::make_unique<StackRedOnBlue>());
}

}  // namespace awd::sim
