// The recommended gate: docs/gate.md has the evidence behind every number.
#include "awd/gate_options.h"

namespace awd {

GateOptions recommended_guard() {
  return {.kind = GateKind::kSignals,
          .limit = {.position_residual = 0.02, .gripper_residual = 0.004, .masked_residual = 2}};
}

}  // namespace awd
