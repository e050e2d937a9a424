// Test support: patch grids with a few cells of your choice.
#pragma once

#include "awd/gate.h"

namespace awd {

/// Every cell another grey: 20 + cell / 2, the same in all channels.
inline PatchColours grey_ramp() {
  PatchColours patches;
  for (int i = 0; i < 3 * kPatchCells; ++i) patches[i] = 20.0f + float(i % kPatchCells) / 2;
  return patches;
}

/// Adds `levels` to every channel of a cell.
inline void brighten(PatchColours& patches, int cell, float levels) {
  for (int i = cell; i < 3 * kPatchCells; i += kPatchCells) patches[i] += levels;
}

}  // namespace awd
