// Layers 2 and 3 of the gate: how much has one camera's pooled picture changed, plain and weighted with importance?
#pragma once

#include "awd/gate.h"

namespace awd {

/// Drift of one camera against its anchor, in units of the pixel range.
struct CameraDrift {
  double raw = 0;           // sum over cells of the mean absolute RGB difference
  double weighted = 0;      // the same sum with every cell times its weight
  double largest_cell = 0;  // the largest of its terms: the blind-spot guard, which asks no attention
};

/// Compares `picture` with the anchor; both have the anchor's size and `pool` is that of the anchor's grid.
CameraDrift camera_drift(const ImageView& picture, const Anchor::Camera& anchor, int pool, PixelRange range);

}  // namespace awd
