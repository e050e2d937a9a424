// Layouts: where everything stands when an episode starts, and how tasks draw one.
#pragma once

#include <span>

#include "base/rng.h"
#include "sim/scene_state.h"

namespace awd::sim {

/// All props parked under the floor, apart from each other.
std::array<Pose, kPropCount> parked_props();

/// Objects stand on the table. Poses in the table frame.
struct Layout {
  std::array<Pose, kObjectCount> objects;
  std::array<Pose, kPropCount> props = parked_props();
  double turntable_speed = 0;  // rad/s

  Pose& prop(Prop which) { return props[std::size_t(which)]; }
};

/// A rectangle on the table, m.
struct Area {
  double low_x, high_x, low_y, high_y;
};

/// Where tasks put objects unless they have a reason: in reach, seen by the base camera, beside the bin.
inline constexpr Area kObjectArea{.low_x = 0.36, .high_x = 0.60, .low_y = -0.22, .high_y = 0.12};

/// A circle on the table that object centres keep out of, m.
struct KeepOut {
  Vec3 centre;
  double radius;
};

/// A uniform point of the area at height 0.
Vec3 draw_point(Rng& rng, const Area& area);

/// Draws position and yaw of all objects: centres in `area`, out of `keep_outs`, and at least the width of an open hand
/// apart. The circles must leave room.
void scatter_objects(Rng& rng, const Area& area, std::span<const KeepOut> keep_outs, Layout& layout);

/// Puts the bin at its usual place, give or take 4 cm in x and y.
void place_bin(Rng& rng, Layout& layout);

/// Keeps objects, and the open hand around them, clear of the bin's walls.
KeepOut around_bin(const Layout& layout);

}  // namespace awd::sim
