// Layer 2 of the gate, first half: average pooling of a picture, which averages sensor noise away.
#pragma once

#include <vector>

#include "awd/types.h"

namespace awd {

/// Means of one row of pool x pool windows, one channel after the other.
/// `means` is [3, width/pool], values 0..255. `pool` divides width and is at most 224; width <= kMaxPictureWidth.
void pool_cell_row(const ImageView& picture, int pool, int cell_row, float* means);

/// Pools a whole picture into `pooled` [3, height/pool, width/pool], 0..255; allocates only when the size grows.
void pool_picture(const ImageView& picture, int pool, std::vector<float>& pooled);

}  // namespace awd
