// Products of at most 16 rows on Hopper at the geometry of the action expert: the outputs are the tall side (64 of a
// tile) of a warpgroup's product and the rows its narrow one (16), so that one instruction multiplies 64 x 16 inputs by
// 16 rows, both out of shared memory, where weights arrive in the order in which it wants them. This header: how such a
// product is cut and what its kernel is told.
#pragma once

#include <cstddef>

namespace awd::cuda::tall {

inline constexpr int kTile = 64;      // outputs of a block
inline constexpr int kMostRows = 16;  // with the shift of a norm, which is multiplied as one more row
inline constexpr int kStep = 16;      // inputs of an instruction
inline constexpr int kStage = 64;     // inputs whose weights arrive together
inline constexpr int kStageBytes = kTile * kStage * 2;
inline constexpr int kGroups = 2;  // warpgroups of a block: halves of its inputs
inline constexpr int kThreads = 128 * kGroups;
inline constexpr int kWarps = kThreads / 32;

/// One product but for what becomes of its sums. Strides are in elements.
struct View {
  const std::byte* weights = nullptr;  // [tiles, stages] of kStageBytes
  const void* x = nullptr;             // [rows, in]: f32 behind a norm, else bf16
  int x_stride = 0;
  int rows = 0;
  const float* scale = nullptr;  // [in] of the norm
  const float* shift = nullptr;  // [in] or null

  __host__ __device__ int all_rows() const { return rows + (shift != nullptr ? 1 : 0); }
  /// Bytes between pieces of 8 inputs of all rows: an odd number of 16, for rows to lie in different banks.
  __host__ __device__ int pitch() const { return 16 * ((all_rows() < 9 ? 9 : all_rows()) | 1); }
};

/// Compile-time shape of a kernel: stages of a warpgroup, how many of them have a place in shared memory, and blocks of
/// a cluster, which share the inputs of a tile.
template <int kStages_, int kSlots_, int kCluster_>
struct Form {
  static constexpr int kStages = kStages_, kSlots = kSlots_, kCluster = kCluster_;
  static constexpr int kGroupInputs = kStages * kStage;            // of a warpgroup
  static constexpr int kBlockInputs = kGroups * kGroupInputs;      // of a block
  static constexpr int kInputs = kCluster * kBlockInputs;          // of the product
  static constexpr int kFinished = (8 + kCluster - 1) / kCluster;  // groups of 8 outputs that a block ends
  static constexpr int kWeightBytes = kGroups * kSlots * kStageBytes;
  static_assert(8 % kCluster == 0);

  /// Dynamic shared memory in its order: weights, rows, squares of normed rows, sums on their way (of pairs: between
  /// the two groups).
  struct Layout {
    int rows = kWeightBytes;
    int squares, sums, total;

    __host__ __device__ Layout(const View& v, bool is_normed) {
      squares = rows + kBlockInputs / 8 * v.pitch() + 128;  // a product reads 16 rows of the last piece
      squares = (squares + 127) / 128 * 128;
      sums = squares + (is_normed ? kWarps * kMostRows * int(sizeof(float)) : 0);
      total = sums + kGroups * kCluster * kFinished * 512;
    }
  };
};

/// Of pairs of outputs (a gated unit, or two columns that are rotated together) rows m and m + 8 of each 16 of a tile
/// are first and second: both lie in one thread. `m` counts through all tiles.
__host__ __device__ constexpr int pair_of(int m) { return m / 16 * 8 + m % 8; }
__host__ __device__ constexpr bool is_second(int m) { return m % 16 >= 8; }

}  // namespace awd::cuda::tall
