// The fixed facts of the table-top scene that code needs beside the MJCF files: objects, props, geometry predicates.
#pragma once

#include <numbers>
#include <string_view>

#include "sim/scene_state.h"

namespace awd::sim {

struct ObjectSpec {
  std::string_view name;  // body, free joint and geom of the MJCF; words of the prompt with spaces for '_'
  double half_height;     // m, standing on the table
  double grasp_symmetry;  // rad: grasps repeat every so many radians of yaw; 0: any yaw will do
  double grasp_yaw;       // rad: hand yaw (0 = home) of one proper grasp at object yaw 0
};

inline constexpr std::array<ObjectSpec, kObjectCount> kObjects{{
    {"red_cube", 0.020, std::numbers::pi / 2, 0.0},
    {"green_cylinder", 0.025, 0.0, 0.0},
    {"blue_box", 0.020, std::numbers::pi, std::numbers::pi / 2},
}};

/// Bodies of the MJCF, in the order of Prop.
inline constexpr std::array<std::string_view, kPropCount> kPropNames{"bin",       "mark",     "button",
                                                                     "turntable", "intruder", "distractor"};

inline constexpr double kBinInnerHalf = 0.067;    // m, half of the inner side
inline constexpr double kBinDepth = 0.06;         // m, an object's centre below this height is inside
inline constexpr double kOverBin = 0.062;         // m, an object this near the bin's centre falls in when let go
inline constexpr double kMarkRadius = 0.045;      // m
inline constexpr double kButtonTop = 0.046;       // m above the table, cap not pressed
inline constexpr double kButtonTravel = 0.015;    // m, cap pressed to the stop
inline constexpr double kTurntableTop = 0.010;    // m above the table
inline constexpr double kTurntableRadius = 0.11;  // m

/// The object's centre lies inside the bin walls.
bool is_in_bin(const SceneState& scene, int object);

/// The object's centre lies over the bin's opening or in it, at any height.
bool is_over_bin(const SceneState& scene, int object);

/// The fingers have closed on the object and it is between the pads.
bool is_held(const SceneState& scene, int object);

/// Horizontal distance between two points, m.
double horizontal_distance(const Vec3& a, const Vec3& b);

}  // namespace awd::sim
