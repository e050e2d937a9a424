// The rows that a block of the tensor core attentions works on: query heads that read one key head are more rows of one
// matrix. Row r is query r / group, head r % group of the group; groups are a power of two.
#pragma once

#include <cuda_bf16.h>

#include <cstddef>

#include "backend/cuda/attention_tiles.cuh"
#include "backend/cuda/attention_view.h"

namespace awd::cuda {

struct RowTile {
  int rows;              // queries * group
  int first_row;         // of the tile
  const tiles::bf16* q;  // all of this batch and key head
  const tiles::bf16* k;
  const tiles::bf16* v;
  tiles::bf16* out;
};

/// The tile from row `first_row` on of key head blockIdx.y and batch blockIdx.z.
__device__ inline RowTile find_tile(const AttentionView& view, int first_row) {
  const int head = int(blockIdx.y);
  const std::size_t query_row = std::size_t(blockIdx.z) * view.queries;
  const std::size_t key_row = std::size_t(blockIdx.z) * view.own;
  const int q_column = (head << view.group_bits) * view.head_dim;
  const int k_column = head * view.head_dim;
  return {.rows = live_count(view.live_queries, view.queries) << view.group_bits,
          .first_row = first_row,
          .q = static_cast<const tiles::bf16*>(view.q) + query_row * view.q_stride + q_column,
          .k = static_cast<const tiles::bf16*>(view.k) + key_row * view.k_stride + k_column,
          .v = static_cast<const tiles::bf16*>(view.v) + key_row * view.v_stride + k_column,
          .out = static_cast<tiles::bf16*>(view.out) + query_row * view.out_stride + q_column};
}

/// Elements from the first row of a batch and key head to row `row`.
__device__ inline std::size_t row_offset(const AttentionView& view, int row, int stride) {
  const int in_group = row & ((1 << view.group_bits) - 1);
  return std::size_t(row >> view.group_bits) * stride + in_group * view.head_dim;
}

/// Where a lane's two rows (see tiles::multiply_add) of a tile of 16 begin in the output, at its first column.
struct OutputRows {
  tiles::bf16* row[2];  // null behind the last
  int columns;          // that count, from there

  /// The 16 rows begin `first` rows into the block's tile.
  __device__ OutputRows(const AttentionView& view, const RowTile& tile, int first) {
    const int column = int(threadIdx.x % 4) * 2;
    columns = view.head_dim - column;
    for (int half = 0; half < 2; ++half) {
      const int r = tile.first_row + first + tiles::lane_row() + 8 * half;
      row[half] = r < tile.rows ? tile.out + row_offset(view, r, view.out_stride) + column : nullptr;
    }
  }

  /// Writes this lane's part of columns column .. + 7: two of each row.
  __device__ void write(int column, const float (&values)[4]) const {
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      if (row[half] == nullptr || column >= columns) continue;
      *reinterpret_cast<std::uint32_t*>(row[half] + column) = tiles::pack(values[2 * half], values[2 * half + 1]);
    }
  }

  /// Writes this lane's part of columns column .. + 31, by all lanes: two of each row in each group of eight. The four
  /// lanes of a row swap before, so that each stores a group: memory takes longer for many small stores.
  __device__ void write(int column, const float (&groups)[4][4]) const {
    const int lane = int(threadIdx.x % 4);
    const bool is_odd = lane % 2 != 0;
    const bool is_upper = lane >= 2;
    const int behind = column + lane * 6;  // of this lane's first column
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      std::uint32_t pairs[4];
#pragma unroll
      for (int i = 0; i < 4; ++i) pairs[i] = tiles::pack(groups[i][2 * half], groups[i][2 * half + 1]);
#pragma unroll
      for (int i = 0; i < 4; i += 2) swap(pairs[i], pairs[i + 1], is_odd, 1);
#pragma unroll
      for (int i = 0; i < 2; ++i) swap(pairs[i], pairs[i + 2], is_upper, 2);
      if (row[half] == nullptr || behind >= columns) continue;
      *reinterpret_cast<uint4*>(row[half] + behind) = make_uint4(pairs[0], pairs[1], pairs[2], pairs[3]);
    }
  }

 private:
  /// A lane whose bit `step` is set gives its `low` for the `high` of the lane that differs in this bit.
  static __device__ void swap(std::uint32_t& low, std::uint32_t& high, bool is_set, int step) {
    const std::uint32_t other = __shfl_xor_sync(~0u, is_set ? low : high, step);
    low = is_set ? other : low;
    high = is_set ? high : other;
  }
};

}  // namespace awd::cuda
