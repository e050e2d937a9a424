// Geometric predicates on a measured scene: in the bin, over it, held between the pads.
#include "sim/table_scene.h"

#include <cmath>

namespace awd::sim {
namespace {

constexpr double kReach = 0.025;       // m, TCP to object centre
constexpr double kWidestGrip = 0.028;  // m, the longest half extent that fits between the pads, a little turned
constexpr double kEmptyGrip = 0.012;   // m, closed further than any object allows: a miss

}  // namespace

double horizontal_distance(const Vec3& a, const Vec3& b) { return std::hypot(a[0] - b[0], a[1] - b[1]); }

bool is_in_bin(const SceneState& scene, int object) {
  const Pose& bin = scene.prop(Prop::kBin);
  const Vec3 p = rotated(inverse(bin.rotation), scene.objects[object].position - bin.position);
  return std::fabs(p[0]) < kBinInnerHalf && std::fabs(p[1]) < kBinInnerHalf && p[2] < kBinDepth;
}

bool is_over_bin(const SceneState& scene, int object) {
  return horizontal_distance(scene.objects[object].position, scene.prop(Prop::kBin).position) < kOverBin;
}

bool is_held(const SceneState& scene, int object) {
  const double opening = scene.opening();
  return opening > kEmptyGrip && opening < kWidestGrip &&
         norm(scene.objects[object].position - scene.tcp.position) < kReach;
}

}  // namespace awd::sim
