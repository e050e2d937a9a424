// Phases: where a motion stands, as labels for analysis.
#pragma once

#include <string_view>

#include "awd/options.h"
#include "sim/scene_state.h"

namespace awd::sim {

/// Tasks without a grasp use the words for what comes closest: a push or a press is kMove, its end kPlace.
enum class Phase { kReach, kGrasp, kLift, kMove, kPlace };

/// Reach, grasp, lift or move of picking object `object` up and carrying it, by where hand and object are.
Phase pick_phase(const SceneState& scene, int object);

}  // namespace awd::sim

namespace awd {
template <>
inline constexpr std::string_view kEnumWords<sim::Phase>[] = {"reach", "grasp", "lift", "move", "place"};
}  // namespace awd
