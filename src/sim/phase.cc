// The phases of picking something up, from distances between hand and object.
#include "sim/phase.h"

#include <cmath>

#include "sim/table_scene.h"

namespace awd::sim {
namespace {

constexpr double kCarryHeight = 0.10, kNearSide = 0.02, kNearHeight = 0.03;  // m, phase borders

}  // namespace

Phase pick_phase(const SceneState& scene, int object) {
  const Vec3& p = scene.objects[object].position;
  const Vec3& hand = scene.tcp.position;
  if (is_held(scene, object)) return p[2] < kCarryHeight ? Phase::kLift : Phase::kMove;
  const bool is_near = horizontal_distance(p, hand) < kNearSide && std::fabs(p[2] - hand[2]) < kNearHeight;
  return is_near ? Phase::kGrasp : Phase::kReach;
}

}  // namespace awd::sim
