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

  /// Readies the barriers and fetches the first weights of the first tile, before anything that earlier kernels make
  /// may be read. The other threads wait for its end.
  __device__ void start() {
    if (!is_copier()) return;
    prefetch_map(task_.weights[0]);
    prefetch_map(task_.x);
    for (int i = 0; i < ring_.count; ++i) {
      init_barrier(ring_.full + 8 * i, 1);
      init_barrier(ring_.empty + 8 * i, T::kGroups * 4);  // warps
    }
    publish_barriers();
    const Steps steps = own_steps(task_);
    const int column = Tiles(task_, T::kRows, likely_rows()).column();
    const int early = min(ring_.count, steps.end - steps.first);
    const bool is_certain = knows_first_tile(task_);
    for (int i = 0; i < early; ++i) {
      if (is_certain) {
        arrive_and_expect(ring_.full + 8 * i, T::kStageBytes);
        copy_weight(i, column, steps.first + i);
      } else {
        const Source from = source_of(column);
        prefetch_box(task_.weights[from.part], 0, (steps.first + i) * task_.weight_rows[from.part] + from.row);
      }
    }
    fetched_ = is_certain ? early : 0;
  }

  __device__ void run() {
    const Steps steps = own_steps(task_);
    const int first_row = Tiles(task_, T::kRows, likely_rows()).row() * T::kRows;
    wait_for_previous();
    // The first tile may turn out to be behind the last row; then its stages only have to fill.
    for (int i = 0; i < fetched_ && is_copier(); ++i) copy_x(i, first_row, steps.first + i);
    bool is_first = true;
    for (Tiles tiles(task_, T::kRows, count_rows(task_)); !tiles.done(); tiles.next()) {
      if (task_.splits && !is_first) sync_cluster();  // the sums of the last tile have been read
      is_first = false;
      if (is_copier()) copy_tile(tiles, steps);
      if (!task_.splits) continue;
      sync_cluster();  // all stages have been read
      sync_cluster();  // the sums have been sent
    }
    for (int i = 0; i < fetched_ && is_copier(); ++i) wait(ring_.full + 8 * i, 0);
  }

 private:
  static __device__ bool is_copier() { return threadIdx.x % 128 == 0; }

  __device__ int likely_rows() const { return task_.live_rows == nullptr ? task_.rows : task_.likely_rows; }

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
        copy_x(place_.stage, row, step);
      }
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
    const int row = step * task_.weight_rows[from.part] + from.row;
    load_box(to, task_.weights[from.part], 0, row, full);
    if (!task_.takes_heads) return;
    load_box(to + T::kCols * kStepBytes / 2, task_.weights[from.part], 0, row + kHead / 2, full);
  }

  __device__ void copy_x(int stage, int row, int step) {
    load_box(ring_.stages + stage * T::kStageBytes, task_.x, step * kStepNumbers, row, ring_.full + 8 * stage);
  }

  const BigTask& task_;
  const Ring ring_;
  Place place_;
  int fetched_ = 0;  // stages ahead whose weights are on their way
};

}  // namespace awd::cuda::big
