// The expert that pushes an object over the table with closed fingers.
#pragma once

#include "sim/expert.h"

namespace awd::sim {

/// Pushes object `object` (index into kObjects) to `mark`. Pure and thread-safe.
ExpertMove push_to(const SceneState& scene, int object, const Vec3& mark);

}  // namespace awd::sim
