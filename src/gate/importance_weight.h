// Layer 3 of the gate: attention importance brought onto the pooled grid and dilated, so that a change beside what the
// policy looked at counts too.
#pragma once

#include <span>
#include <vector>

#include "awd/types.h"

namespace awd {

/// Bilinear resize of a [kPatchGrid, kPatchGrid] map to [rows, cols]; sample points are cell centres
/// (PyTorch: mode="bilinear", align_corners=False, no antialiasing).
void resize_importance(std::span<const float> map, int rows, int cols, std::span<float> resized);

/// Maximum over a dilation x dilation window (odd), clipped at the borders; `in` and `out` are [rows, cols] and
/// distinct.
void dilate(std::span<const float> in, int rows, int cols, int dilation, std::span<float> out);

/// Throws awd::Error on an importance that is negative or not finite.
void check_importance(std::span<const float> map);

/// Resize then dilation: `weight` becomes [rows, cols]; allocates only when the size grows.
/// Throws what check_importance() throws.
void importance_weight(std::span<const float> map, int rows, int cols, int dilation, std::vector<float>& weight);

}  // namespace awd
