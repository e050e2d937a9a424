// What the copying and the multiplying side of a big_* kernel share: the tile, the ring of stages between them, and
// the order of the work.
#pragma once

#include <cstdint>

#include "backend/cuda/big_async.cuh"
#include "backend/cuda/big_task.h"

namespace awd::cuda::big {

template <int kTileRows, int kTileCols>
struct Tile {
  static constexpr int kRows = kTileRows;
  static constexpr int kCols = kTileCols;
  static constexpr int kGroups = kRows / 64;          // warpgroups that multiply
  static constexpr int kXBytes = kRows * kStepBytes;  // of a stage
  static constexpr int kStageBytes = kXBytes + kCols * kStepBytes;
  // All warpgroups start with as many registers. Where the sums need more, the one that copies gives some of its own
  // away. One instruction may only name as many sums as fit into the registers of the start.
  static constexpr bool kMovesRegisters = kGroups == 3 || kCols == 256;
  static constexpr int kCopyRegisters = 32;
  static constexpr int kSumRegisters = kGroups == 3 ? 160 : 232;
  static constexpr int kProductCols = kGroups == 3 && kCols > 192 ? kCols / 2 : kCols;
  static constexpr int kThreads = kGroups * 128 + (kMovesRegisters ? 128 : 32);
};

/// The stages and their barriers.
struct Ring {
  Shared stages = 0;  // aligned to 1024 bytes
  Shared full = 0;    // 8 bytes per stage: copies have arrived
  Shared empty = 0;   // 8 bytes per stage: products have read it
  int count = 0;
};

/// Where in the ring one side is.
struct Place {
  int stage = 0;
  std::uint32_t parity = 0;

  __device__ void advance(int stages) {
    if (++stage < stages) return;
    stage = 0;
    parity ^= 1;
  }
};

/// The tiles of one cluster, one after the other.
class Tiles {
 public:
  __device__ Tiles(const BigTask& task, int tile_rows, int rows)
      : columns_(task.column_tiles),
        rows_((rows + tile_rows - 1) / tile_rows),
        rows_first_(task.rows_first),
        unit_(int(blockIdx.x) / cluster_size()) {}

  __device__ bool done() const { return unit_ >= rows_ * columns_; }
  __device__ void next() { unit_ += int(gridDim.x) / cluster_size(); }
  __device__ int row() const { return rows_first_ ? unit_ % rows_ : unit_ / columns_; }
  __device__ int column() const { return rows_first_ ? unit_ / rows_ : unit_ % columns_; }

 private:
  int columns_;
  int rows_;
  bool rows_first_;
  int unit_;
};

/// True if the first tile is the same however many rows live.
__device__ inline bool knows_first_tile(const BigTask& task) { return !task.rows_first || task.live_rows == nullptr; }

/// Steps first .. end - 1 of the depth are this block's.
struct Steps {
  int first = 0;
  int end = 0;
};

__device__ inline Steps own_steps(const BigTask& task) {
  if (!task.splits) return {0, task.steps};
  const int blocks = cluster_size();
  const int rank = cluster_rank();
  return {task.steps * rank / blocks, task.steps * (rank + 1) / blocks};
}

/// Which weight a column of tiles belongs to.
__device__ inline int part_of(const BigTask& task, int column) {
  int part = 0;
  while (part + 1 < task.parts && column >= task.first_tile[part + 1]) ++part;
  return part;
}

__device__ inline int count_rows(const BigTask& task) {
  return task.live_rows == nullptr ? task.rows : min(*task.live_rows, task.rows);
}

}  // namespace awd::cuda::big
