// Products of tiles: up to 32 rows of A by one panel of 32 columns of B.
#pragma once

#include <cstddef>

#include "backend/cpu/amx/amx.h"
#include "backend/cpu/amx/tiles.h"

namespace awd::cpu::amx {

/// Sums of one block, as tiles: upper left, upper right, lower left, lower right.
struct alignas(64) BlockSums {
  std::byte tiles[4][kTileBytes];
};

struct BlockProduct {
  const std::byte* a = nullptr;      // an upper and a lower tile of 16 rows per step
  bool has_lower = true;             // otherwise 16 rows: the lower tiles are not read
  const std::byte* b = nullptr;      // a left and a right tile per step
  int steps = 0;                     // along K
  bool is_first = true;              // start from zero, not from what the sums hold
  const std::byte* ahead = nullptr;  // bytes to bring into the second-level cache meanwhile
  int ahead_lines = 0;               // cache lines of `ahead` per step
};

/// sums (+)= A B. Inside a TileScope.
void multiply(Numbers numbers, const BlockProduct& product, BlockSums& sums);

}  // namespace awd::cpu::amx
