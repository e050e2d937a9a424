// Products of at most 16 rows on Hopper at the geometry of the action expert: the outputs are the tall side (64 of a
// tile) of a warpgroup's product and the rows its narrow one (16), so that one instruction multiplies 64 x 32 bytes of
// weights by 16 rows, both out of shared memory, where weights arrive in the order in which it wants them. This header:
// how such a product is cut and what its kernel is told.
#pragma once

#include <cstddef>

#include "backend/cuda/small_linear.h"

namespace awd::cuda::tall {

inline constexpr int kTile = 64;      // outputs of a block
inline constexpr int kMostRows = 16;  // with the shift of a norm, which is multiplied as one more row
// Depths of an output or a row, in bytes: of what lies together, of an instruction, and of a stage, whose weights
// arrive together.
inline constexpr int kPieceBytes = 16, kStepBytes = 32, kDepthBytes = 128;
inline constexpr int kStageBytes = kTile * kDepthBytes;
inline constexpr int kGroups = 2;  // warpgroups of a block: halves of its inputs
inline constexpr int kThreads = 128 * kGroups;
inline constexpr int kWarps = kThreads / 32;

/// Inputs of a piece.
__host__ __device__ constexpr int piece_inputs(SmallNumber number) { return number == SmallNumber::kBf16 ? 8 : 16; }

/// One product but for what becomes of its sums. Strides are in elements.
struct View {
  const std::byte* weights = nullptr;  // [tiles, stages] of kStageBytes
  const float* scales = nullptr;       // [outputs as packed] of e4m3 weights
  const void* x = nullptr;             // [rows, in]: f32 before a norm, else the numbers of the weights
  int x_stride = 0;
  float x_scale = 1.f;  // of e4m3 rows: value = x_scale * stored
  int rows = 0;
  const float* scale = nullptr;  // [in] of the norm
  const float* shift = nullptr;  // [in] or null
};

/// Compile-time shape of a kernel: its numbers, stages of a warpgroup, how many of them have a place in shared memory,
/// and blocks of a cluster, which share the inputs of a tile.
template <SmallNumber kNumber_, int kStages_, int kSlots_, int kCluster_>
struct Form {
  static constexpr SmallNumber kNumber = kNumber_;
  static constexpr int kStages = kStages_, kSlots = kSlots_, kCluster = kCluster_;
  static constexpr int kPieces = kStages * (kDepthBytes / kPieceBytes);  // of a warpgroup
  static constexpr int kGroupInputs = kPieces * piece_inputs(kNumber);
  static constexpr int kBlockInputs = kGroups * kGroupInputs;      // of a block
  static constexpr int kInputs = kCluster * kBlockInputs;          // of the product
  static constexpr int kFinished = (8 + kCluster - 1) / kCluster;  // groups of 8 outputs that a block ends
  static_assert(8 % kCluster == 0);

  /// Dynamic shared memory in its order: weights, rows, squares of normed rows, sums that a cluster sends.
  struct Layout {
    int rows = kGroups * kSlots * kStageBytes;
    int pitch;  // bytes between pieces of all rows: an odd number of 16, for rows to lie in different banks
    int squares, sums, total;

    /// `rows_there`: those of the product, the shift's among them.
    __host__ __device__ explicit Layout(int rows_there) {
      pitch = 16 * ((rows_there < 9 ? 9 : rows_there) | 1);
      squares = rows + kGroups * kPieces * pitch + 128;  // a product reads 16 rows of the last piece
      squares = (squares + 127) / 128 * 128;
      sums = squares + kWarps * kMostRows * int(sizeof(float));
      total = sums + (kCluster == 1 ? 0 : kGroups * kCluster * kFinished * 512);
    }
  };
};

}  // namespace awd::cuda::tall
