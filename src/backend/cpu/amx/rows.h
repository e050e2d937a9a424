// Input rows of a linear layer as tiles of A: bf16 as they are, or quantised to 8 bits row by row.
#pragma once

#include <algorithm>
#include <cstdint>

#include "backend/cpu/amx/product.h"
#include "backend/cpu/host_memory.h"
#include "backend/tensor.h"

namespace awd::cpu::amx {

/// Blocks of 32 rows, each an upper and a lower tile per step of K; rows and K are padded with zeros. K is cut into
/// slices: all blocks of the first slice, then all of the next, so that a pass over the rows of a slice reads memory in
/// order. int8: x = scale (number - zero), numbers 0 .. 255, zero chosen so that 0 is exact.
struct PackedRows {
  Numbers numbers = Numbers::kBf16;
  int rows = 0;
  int blocks = 0;
  int steps = 0;        // along K
  int slice_steps = 0;  // of every slice but the last, which may be shorter
  std::byte* tiles = nullptr;
  float* scale = nullptr;        // int8, [blocks * 32]
  std::int32_t* zero = nullptr;  // int8, [blocks * 32]

  /// The tiles of a block in the slice that contains `step`, from that step on.
  std::byte* at(int block, int step) const {
    const int slice = step / slice_steps * slice_steps;
    const int length = std::min(slice_steps, steps - slice);
    const std::size_t before = std::size_t(slice) * std::size_t(blocks) + std::size_t(block) * std::size_t(length);
    return tiles + (before + std::size_t(step - slice)) * 2 * kTileBytes;
  }
};

/// Where the rows of `x` [rows, in] bf16 will be packed, in `scratch`.
PackedRows reserve_rows(const Tensor& x, Numbers numbers, int slice_steps, Scratch& scratch);

/// Packs row `r` of `x`; rows x.rows .. blocks * 32 - 1 become zeros. Thread-safe for different rows.
void pack_row(const Tensor& x, int r, const PackedRows& to);

}  // namespace awd::cpu::amx
