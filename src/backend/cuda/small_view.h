// What the kernels of small_linear.h are told: a product in plain pointers and numbers.
#pragma once

#include "backend/cuda/small_linear.h"

namespace awd::cuda::small {

inline constexpr int kWarps = 8;      // of a block
inline constexpr int kMostRows = 64;  // of a launch

/// One product but for what becomes of its sums. Strides are in elements.
struct View {
  const std::byte* weights = nullptr;  // [groups, blocks, chunks, tiles of 8 outputs, lanes, 16 or 8 bytes]
  const float* bias = nullptr;         // [padded outputs]
  const float* scales = nullptr;       // likewise; null: 1
  const void* x = nullptr;             // [rows, in]
  int x_stride = 0;
  int rows = 0;
  int in = 0;
  int chunks = 0;                // of a block, 32 inputs each; the last block of a cluster may have padding
  int chunks_per_part = 0;       // of the block's warps; the last ones may have fewer
  int cluster = 1;               // blocks
  const float* scale = nullptr;  // [in] of the norm
  const float* shift = nullptr;  // [in] or null
};

/// Which inputs of a chunk a lane has, q its place in a quad: four of each of the two steps of a product. Such that
/// quads load whole sectors: f32 rows as q * 4 and 16 + q * 4, bf16 rows as q * 8 and q * 8 + 4.
enum class Order { kApart, kTogether };

/// Fixed by the pairs of a layer.
__host__ __device__ constexpr Order order_of(SmallPairs pairs) {
  return pairs == SmallPairs::kNone ? Order::kTogether : Order::kApart;
}

/// First input of a step.
__host__ __device__ constexpr int input_of(Order order, int q, int step) {
  return order == Order::kTogether ? q * 8 + step * 4 : step * 16 + q * 4;
}

/// Units of a block, two counts compiled for each kind of layer. With few rows, those that fill a large chip with
/// blocks, of 32, 128 and 32 to 64 KiB of weights at the size of the action expert. With more rows fewer blocks read
/// them all.
struct Units {
  int of_few, of_many;  // rows: less than kFewRows, and more
};
inline constexpr int kFewRows = 32;
inline constexpr Units kHeadUnits{1, 2}, kGatedUnits{4, 4}, kPlainUnits{2, 2};
constexpr Units units_of(SmallPairs pairs) {
  return pairs == SmallPairs::kNone ? kPlainUnits : pairs == SmallPairs::kGated ? kGatedUnits : kHeadUnits;
}

/// Tiles of 8 outputs that are computed together.
__host__ __device__ constexpr int tiles_of(SmallPairs pairs) { return pairs == SmallPairs::kNone ? 1 : 2; }

}  // namespace awd::cuda::small
