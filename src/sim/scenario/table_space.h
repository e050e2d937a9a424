// Room on the table: whether a thing may be pushed somewhere without touching anything else or the hand.
#pragma once

#include "sim/layout.h"
#include "sim/scene_state.h"

namespace awd::sim {

/// Where objects may be pushed: kObjectArea and a little more, still in reach and in view.
inline constexpr Area kPushArea{.low_x = 0.34, .high_x = 0.62, .low_y = -0.25, .high_y = 0.20};
/// Where the bin may be pushed, by its centre.
inline constexpr Area kBinArea{.low_x = 0.40, .high_x = 0.58, .low_y = 0.20, .high_y = 0.34};

/// Radius (m) of the circle on the table that a thing covers at any yaw.
double footprint_radius(const Thing& thing);

/// Height (m) of its top above the point on which it stands.
double height_of(const Thing& thing);

/// The object stands on the table or on the turntable, not in something, on something else or in the air.
bool is_standing(const SceneState& scene, int object);

/// The circle swept by `thing` (by an object with an open hand around it) on its straight way to `to` (horizontally)
/// touches no prop, no other object and not the hand. Things in the air and, for an object that rides on the turntable,
/// the turntable do not count.
bool is_way_clear(const SceneState& scene, const Thing& thing, const Vec3& to);

/// An object may stand at `at` (horizontally) with an open hand around it.
bool has_room(const SceneState& scene, int object, const Vec3& at);

/// Height (m) of the object's centre when it stands upright under where it is: on the turntable, else on the table.
double rest_height(const SceneState& scene, int object);

/// The end of a way is where `thing` may stand: in its area, and still on the turntable if it rides on it.
bool is_place_allowed(const SceneState& scene, const Thing& thing, const Vec3& to);

}  // namespace awd::sim
