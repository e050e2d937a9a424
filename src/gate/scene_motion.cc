// A plan cannot foresee motion that one picture does not show (a belt, a turntable): the more of it has been seen where
// the policy looks, the less the plan is worth.
#include "gate/scene_motion.h"

#include <numeric>

namespace awd {

double scene_motion(const GateState::Camera& camera, const Anchor::Camera& anchor, const ResidualOptions& options) {
  if (!camera.robot_known || !anchor.robot_known) return Scores::kNone;
  const int first = options.motion_top * kPatchGrid;
  return std::inner_product(camera.moved.begin() + first, camera.moved.end(), anchor.attended.begin() + first, 0.0);
}

}  // namespace awd
