// The copying side of a big_* kernel: a warp or a warpgroup of which one thread works.
#pragma once

#include "backend/cuda/big_ring.cuh"
#include "backend/cuda/launch.h"

namespace awd::cuda::big {

/// kStepNumbers: numbers per kStepBytes.
template <class T, int kStepNumbers>
class Copier {
 public:
  __device__ Copier(const BigTask& task, const Ring& ring) : task_(task), ring_(ring) {}

  __device__ void run() {
    const bool is_copier = threadIdx.x % 128 == 0;
    const Steps steps = own_steps(task_);
    if (is_copier) copy_early(steps);
    wait_for_previous();
    bool is_first = true;
    for (Tiles tiles(task_, T::kRows, count_rows(task_)); !tiles.done(); tiles.next()) {
      const bool splits = task_.team == Team::kSplitDepth;
      if (splits && !is_first) sync_cluster();  // the sums of the last tile have been read
      is_first = false;
      if (is_copier) copy_tile(tiles, steps);
      if (!splits) continue;
      sync_cluster();  // all stages have been read
      sync_cluster();  // the sums have been sent
    }
    if (is_copier) finish_early(steps);
  }

 private:
  /// Fetches the first weights of the first tile before anything that earlier kernels make may be read.
  __device__ void copy_early(const Steps& steps) {
    prefetch_map(task_.x);
    const bool knows_column = !task_.rows_first || task_.live_rows == nullptr;
    const Tiles guess(task_, T::kRows, task_.live_rows == nullptr ? task_.rows : task_.likely_rows);
    const int early = min(ring_.count, steps.end - steps.first);
    for (int i = 0; i < early; ++i) {
      if (knows_column) {
        arrive_and_expect(ring_.full + 8 * i, T::kStageBytes);
        copy_weight(i, guess.column(), steps.first + i);
      } else {
        const Source from = source_of(guess.column());
        prefetch_box(task_.weights[from.part], (steps.first + i) * kStepNumbers, from.row);
      }
    }
    fetched_ = knows_column ? early : 0;
  }

  __device__ void copy_tile(const Tiles& tiles, const Steps& steps) {
    const int row = tiles.row() * T::kRows;
    const int column = tiles.column();
    for (int step = steps.first; step < steps.end; ++step) {
      if (fetched_ > 0) {
        --fetched_;
      } else {
        wait(ring_.empty + 8 * place_.stage, place_.parity ^ 1);
        arrive_and_expect(ring_.full + 8 * place_.stage, T::kStageBytes);
        copy_weight(place_.stage, column, step);
      }
      copy_x(row, step);
      place_.advance(ring_.count);
    }
  }

  /// Where the rows of a weight begin that make a column of tiles.
  struct Source {
    int part;
    int row;
  };

  __device__ Source source_of(int column) const {
    const int part = part_of(task_, column);
    const int row = (column - task_.first_tile[part]) * T::kCols;
    return {part, task_.takes_heads ? row / kHead * kHead + row % kHead / 2 : row};
  }

  __device__ void copy_weight(int stage, int column, int step) {
    const Shared to = ring_.stages + stage * T::kStageBytes + T::kXBytes;
    const Shared full = ring_.full + 8 * stage;
    const Source from = source_of(column);
    load_box(to, task_.weights[from.part], step * kStepNumbers, from.row, full);
    if (!task_.takes_heads) return;
    load_box(to + T::kCols * kStepBytes / 2, task_.weights[from.part], step * kStepNumbers, from.row + kHead / 2, full);
  }

  __device__ void copy_x(int row, int step) {
    const Shared to = ring_.stages + place_.stage * T::kStageBytes;
    const Shared full = ring_.full + 8 * place_.stage;
    if (task_.team != Team::kShareRows) {
      load_box(to, task_.x, step * kStepNumbers, row, full);
      return;
    }
    const int rank = cluster_rank();
    load_box(to + rank * (T::kXBytes / 2), task_.x, step * kStepNumbers, row + rank * (T::kRows / 2), full, 0b11);
  }

  /// A block without a tile must not leave before its early copies have come.
  __device__ void finish_early(const Steps& steps) {
    for (int step = steps.first; fetched_ > 0; --fetched_, ++step) {
      copy_x(0, step);
      wait(ring_.full + 8 * place_.stage, place_.parity);
      place_.advance(ring_.count);
    }
  }

  const BigTask& task_;
  const Ring ring_;
  Place place_;
  int fetched_ = 0;  // stages ahead whose weights are on their way
};

}  // namespace awd::cuda::big
