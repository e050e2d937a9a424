// What tasks, experts and recorders may know of the simulated world at one moment: a plain value, free of MuJoCo.
#pragma once

#include <array>
#include <variant>

#include "sim/pose.h"

namespace awd::sim {

inline constexpr int kObjectCount = 3;

/// Things that stand where the program puts them. A task that does not use one leaves it parked out of sight.
enum class Prop { kBin, kMark, kButton, kTurntable, kIntruder, kDistractor };
inline constexpr int kPropCount = 6;

/// A free object, as an index into kObjects (table_scene.h).
struct ObjectId {
  int index;
  bool operator==(const ObjectId&) const = default;
};

/// Anything that World::set_pose can move.
using Thing = std::variant<ObjectId, Prop>;

/// Poses in the table frame, metres. A prop's position is where it stands on the table.
struct SceneState {
  Pose tcp;                                // tool centre point between the pads
  std::array<double, 2> fingers{};         // left, right: 0 closed, 0.04 m open
  std::array<Pose, kObjectCount> objects;  // in the order of kObjects (table_scene.h)
  std::array<Pose, kPropCount> props;      // in the order of Prop
  double button_travel = 0;                // m, 0 up, kButtonTravel (table_scene.h) pressed down
  double turntable_speed = 0;              // rad/s, counter-clockwise seen from above

  /// Half of the distance between the pads, m.
  double opening() const { return 0.5 * (fingers[0] + fingers[1]); }
  const Pose& prop(Prop which) const { return props[std::size_t(which)]; }
  Pose pose_of(const Thing& thing) const {
    const auto* object = std::get_if<ObjectId>(&thing);
    return object ? objects[object->index] : prop(std::get<Prop>(thing));
  }
};

}  // namespace awd::sim
