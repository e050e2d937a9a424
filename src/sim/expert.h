// Scripted experts for demonstrations. They are reactive: the move is a function of the measured scene alone (no phase
// counter, no waiting), so that one frame decides it and a policy can learn it.
#pragma once

#include "sim/action.h"
#include "sim/scene_state.h"

namespace awd::sim {

/// What the expert is about, for choosing disturbances that make sense.
enum class ExpertStage { kApproach, kClose, kCarry, kRelease, kReopen };

struct ExpertMove {
  Action action{};  // in [-1, 1]
  ExpertStage stage = ExpertStage::kApproach;
};

/// Picks object `object` (index into kObjects) from the table and drops it into the bin. Pure and thread-safe.
ExpertMove pick_and_place(const SceneState& scene, int object);

}  // namespace awd::sim
