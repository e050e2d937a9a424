// "Push the blue box to the mark": the box nearer to the robot, the mark beyond it, the way between free.
#include "sim/tasks/push/push.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "sim/table_scene.h"
#include "sim/tasks/push/push_expert.h"

namespace awd::sim {
namespace {

constexpr int kPushed = 2;                                                            // blue box
constexpr Area kArea{.low_x = 0.36, .high_x = 0.62, .low_y = -0.24, .high_y = 0.24};  // of all objects
constexpr Area kStart{.low_x = 0.35, .high_x = 0.43, .low_y = -0.14, .high_y = 0.14};
constexpr double kNearest = 0.14, kFarthest = 0.22;      // m, start to mark
constexpr double kMarkReach = 0.22;                      // m, to either side of the middle of the table
constexpr double kWidest = 50 * std::numbers::pi / 180;  // rad, from the direction away from the robot
constexpr double kRunUp = 0.07, kPathWidth = 0.10;       // m, free of other objects: behind and beside the way
constexpr double kOnMark = 0.025, kOnTable = 0.035;      // m, off the mark's centre; height of the object's
constexpr double kNearSide = 0.08, kNearHeight = 0.04, kNearMark = 0.04;  // m, borders of phases

double distance_to_mark(const SceneState& scene) {
  return horizontal_distance(scene.objects[kPushed].position, scene.prop(Prop::kMark).position);
}

/// Distance from `point` to the segment from `a` to `b`, on the table.
double distance_to_segment(const Vec3& point, const Vec3& a, const Vec3& b) {
  const Vec3 way = b - a, offset = point - a;
  const double length2 = way[0] * way[0] + way[1] * way[1];
  const double share = std::clamp((offset[0] * way[0] + offset[1] * way[1]) / length2, 0.0, 1.0);
  return horizontal_distance(point, a + share * way);
}

bool is_way_free(const Layout& layout, const Vec3& start, const Vec3& mark) {
  for (int i = 0; i < kObjectCount; ++i) {
    if (i != kPushed && distance_to_segment(layout.objects[i].position, start, mark) < kPathWidth) return false;
  }
  return true;
}

class PushToMark final : public Task {
 public:
  std::string_view name() const override { return "push_to_mark"; }
  std::string_view prompt() const override { return "push the blue box to the mark"; }
  Thing focus_thing() const override { return ObjectId{kPushed}; }
  Thing goal_thing() const override { return Prop::kMark; }
  bool grasps() const override { return false; }

  Layout place(Rng& rng) const override {
    Vec3 ahead, start, mark;
    do {
      const double angle = rng.uniform(-kWidest, kWidest);
      ahead = {std::cos(angle), std::sin(angle), 0};
      start = draw_point(rng, kStart);
      mark = start + rng.uniform(kNearest, kFarthest) * ahead;
    } while (std::fabs(mark[1]) > kMarkReach);
    Layout layout;
    layout.prop(Prop::kMark).position = mark;
    do {
      scatter_objects(rng, kArea, {}, layout);
    } while (!is_way_free(layout, start - kRunUp * ahead, mark));
    layout.objects[kPushed].position[0] = start[0];
    layout.objects[kPushed].position[1] = start[1];
    return layout;
  }

  bool is_success(const SceneState& scene) const override {
    return distance_to_mark(scene) < kOnMark && scene.objects[kPushed].position[2] < kOnTable;
  }

  Phase phase(const SceneState& scene) const override {
    const Vec3& object = scene.objects[kPushed].position;
    const Vec3& hand = scene.tcp.position;
    if (distance_to_mark(scene) < kNearMark) return Phase::kPlace;
    return horizontal_distance(object, hand) < kNearSide && hand[2] < kNearHeight ? Phase::kMove : Phase::kReach;
  }

  ExpertMove expert(const SceneState& scene) const override {
    return push_to(scene, kPushed, scene.prop(Prop::kMark).position);
  }
};

}  // namespace

void add_push_task(std::vector<std::unique_ptr<const Task>>& tasks) { tasks.push_back(std::make_unique<PushToMark>()); }

}  // namespace awd::sim
