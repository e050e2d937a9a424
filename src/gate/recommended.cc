// The recommended gate: docs/gate.md has the evidence behind every number.
#include "awd/gate_options.h"

namespace awd {

GateOptions recommended_guard() {
  return {.kind = GateKind::kSignals,
          .limit = {.position_residual = 0.05, .gripper_residual = 0.004, .masked_residual = 2, .scene_motion = 12},
          .rules = {.switch_within = 4, .switch_age = 5},
          .residual = {.motion_top = 6}};
}

}  // namespace awd
