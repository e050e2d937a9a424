// Draws layouts by rejection: a position that is too near to something is drawn again.
#include "sim/layout.h"

#include <algorithm>
#include <numbers>

#include "base/check.h"
#include "sim/table_scene.h"

namespace awd::sim {
namespace {

constexpr double kSpacing = 0.10;                                // m between object centres: room for the open hand
constexpr double kDropHeight = 1e-3;                             // m above rest, so that nothing starts in penetration
constexpr double kBinX = 0.48, kBinY = 0.28, kBinSpread = 0.04;  // m
constexpr double kBinClearance = 0.16;                           // m, bin centre to object centre
constexpr double kParkingDepth = -2, kParkingSpace = 0.5;        // m
constexpr int kMaxDraws = 10000;                                 // far more than any sensible area needs

}  // namespace

std::array<Pose, kPropCount> parked_props() {
  std::array<Pose, kPropCount> props;
  for (int i = 0; i < kPropCount; ++i) props[i].position = {kParkingSpace * i, 0, kParkingDepth};
  return props;
}

Vec3 draw_point(Rng& rng, const Area& area) {
  const double x = rng.uniform(area.low_x, area.high_x);
  return {x, rng.uniform(area.low_y, area.high_y), 0};
}

void scatter_objects(Rng& rng, const Area& area, std::span<const KeepOut> keep_outs, Layout& layout) {
  int draws = 0;
  for (int i = 0; i < kObjectCount; ++i) {
    Pose& pose = layout.objects[i];
    const auto is_clear = [&] {
      return std::all_of(
                 layout.objects.begin(), layout.objects.begin() + i,
                 [&](const Pose& other) { return horizontal_distance(pose.position, other.position) > kSpacing; }) &&
             std::all_of(keep_outs.begin(), keep_outs.end(), [&](const KeepOut& circle) {
               return horizontal_distance(pose.position, circle.centre) > circle.radius;
             });
    };
    do {
      AWD_CHECK(++draws < kMaxDraws, "no room for object {}", i);
      pose.position = draw_point(rng, area);
    } while (!is_clear());
    pose.position[2] = kObjects[i].half_height + kDropHeight;
    pose.rotation = from_yaw(rng.uniform(-std::numbers::pi, std::numbers::pi));
  }
}

void place_bin(Rng& rng, Layout& layout) {
  const Area area{kBinX - kBinSpread, kBinX + kBinSpread, kBinY - kBinSpread, kBinY + kBinSpread};
  layout.prop(Prop::kBin).position = draw_point(rng, area);
}

KeepOut around_bin(const Layout& layout) { return {layout.props[std::size_t(Prop::kBin)].position, kBinClearance}; }

}  // namespace awd::sim
