// What the gate asks of a picture: computed from its pixels, or taken from the frame's signals where it has them.
#pragma once

#include "awd/gate.h"
#include "gate/weighted_drift.h"

namespace awd {

/// The patches of camera `c`, whose picture has a patch grid. Throws awd::Error where signals are given without them.
void patches_of(const Frame& frame, int c, PatchColours& patches);

/// The drift of camera `c` from the anchor's. Throws awd::Error where signals are given and nothing was compared.
CameraDrift drift_of(const Frame& frame, const Anchor& anchor, int c, const GateOptions& options);

}  // namespace awd
