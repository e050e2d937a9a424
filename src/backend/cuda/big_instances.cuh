// The list of tiles, for the files that instantiate kernels.
#pragma once

#include "backend/cuda/big_kernel.cuh"
#include "backend/cuda/big_kernels.h"

namespace awd::cuda::big {

template <BigNumber kNumber, BigResult kResult, class... Tiles>
Start find_among(int rows, int cols) {
  Start found = nullptr;
  ((Tiles::kRows == rows && Tiles::kCols == cols ? void(found = start_kernel<Tiles, kNumber, kResult>) : void()), ...);
  return found;
}

template <BigNumber kNumber, BigResult kResult>
Start find_kernel(int tile_rows, int tile_cols) {
  if constexpr (kResult == BigResult::kRotated) {  // parts of heads
    return find_among<kNumber, kResult, Tile<128, 128>, Tile<128, 256>, Tile<192, 128>, Tile<192, 256>>(tile_rows,
                                                                                                        tile_cols);
  } else if constexpr (kResult == BigResult::kGeglu) {  // pairs of blocks
    return find_among<kNumber, kResult, Tile<128, 128>, Tile<128, 256>, Tile<192, 128>, Tile<192, 192>, Tile<192, 256>>(
        tile_rows, tile_cols);
  } else {
    return find_among<kNumber, kResult, Tile<128, 64>, Tile<128, 96>, Tile<128, 128>, Tile<128, 160>, Tile<192, 128>,
                      Tile<192, 160>, Tile<192, 192>, Tile<192, 256>>(tile_rows, tile_cols);
  }
}

}  // namespace awd::cuda::big
