// The multiplying side of a big_* kernel: a warpgroup with 64 rows of a tile, its sums in registers.
#pragma once

#include "backend/cuda/big_epilogue.cuh"
#include "backend/cuda/big_mma.cuh"
#include "backend/cuda/big_ring.cuh"
#include "backend/cuda/launch.h"

namespace awd::cuda::big {

template <class T, BigNumber kNumber, BigResult kResult>
class Multiplier {
 public:
  __device__ Multiplier(const BigTask& task, const Finish& finish, const Ring& ring)
      : task_(task), finish_(finish), ring_(ring), group_(__shfl_sync(~0u, int(threadIdx.x) / 128, 0)) {}

  __device__ void run() {
    const Steps steps = own_steps(task_);
    Tiles tiles(task_, T::kRows, task_.rows);
    int rows = 0;
    bool waits = true;
    const auto wait_first = [&] {
      wait_for_previous();
      rows = count_rows(task_);
      tiles = Tiles(task_, T::kRows, rows);
      waits = false;
    };
    if (!knows_first_tile(task_)) wait_first();
    for (bool is_first = true; !tiles.done(); tiles.next(), is_first = false) {
      if (task_.splits && !is_first) {
        fence_before_copies();
        sync_cluster();  // the sums of the last tile have been read
      }
      const int group_row = tiles.row() * T::kRows + group_ * 64;
      Outlet outlet = outlet_of(tiles.column(), group_row);
      start_sums(outlet, outlet.bias != nullptr && (!task_.splits || cluster_rank() == 0));
      if (waits) wait_first();
      if (tiles.done()) break;
      outlet.left_rows += rows;
      multiply_tile(steps, group_row < rows);
      if (task_.splits) {
        add_cluster(outlet);
        continue;
      }
#pragma unroll
      for (int i = 0; i < kUnits; ++i) {
        float a[kRun];
        float b[kRun];
        take_unit(i, a, b);
        Result::finish(finish_, outlet, i, a, b);
      }
    }
  }

 private:
  using Result = Epilogue<kNumber, kResult>;
  static constexpr int kUnits = T::kCols / 32;  // per thread; as many as blocks of 32 columns

  __device__ void multiply_tile(const Steps& steps, bool is_live) {
#pragma unroll 1
    for (int step = steps.first; step < steps.end; ++step) {
      wait(ring_.full + 8 * place_.stage, place_.parity);
      if (is_live) {
        multiply_stage();
        wait_products<1>();
      }
      if (step > steps.first) release_last();
      place_.advance(ring_.count);
    }
    wait_products<0>();
    pin_sums();
    if (steps.first < steps.end) release_last();
  }

  __device__ void multiply_stage() {
    const Shared stage = ring_.stages + place_.stage * T::kStageBytes;
    const std::uint32_t x = describe(stage + group_ * 64 * kStepBytes);
    const std::uint32_t w = describe(stage + T::kXBytes);
    pin_sums();
    begin_products();
#pragma unroll
    for (int i = 0; i < kStepBytes / 32; ++i) {
#pragma unroll
      for (int part = 0; part < T::kCols / T::kProductCols; ++part) {
        const int begin = (part * T::kProductCols * kStepBytes + i * 32) / 16;  // as descriptions count
        multiply(sums_[part], x + 2 * i, w + begin, true, Tag<kNumber>());
      }
    }
    end_products();
    pin_sums();
  }

  /// Every warp says that it has read the stage before `place_`.
  __device__ void release_last() {
    if (threadIdx.x % 32 != 0) return;
    arrive(ring_.empty + 8 * ((place_.stage == 0 ? ring_.count : place_.stage) - 1));
  }

  __device__ void pin_sums() {
#pragma unroll
    for (auto& part : sums_) pin(part);
  }

  __device__ float& sum(int i) { return sums_[i / (T::kProductCols / 2)][i % (T::kProductCols / 2)]; }

  /// The sum that is value j of a run.
  __device__ float& sum_of(typename Result::Run run, int j) {
    return sum(run.block * 16 + j / 2 * 4 + run.row * 2 + j % 2);
  }

  __device__ void start_sums(const Outlet& outlet, bool has_bias) {
#pragma unroll
    for (int block = 0; block < kUnits; ++block) {
      const int column = Result::column_of(block, kUnits, outlet.out);
      const int left = has_bias ? outlet.out - outlet.column - column : 0;
      float bias[kRun];
      load_four(outlet.bias + column, left > 0, 0.f, bias);
      load_four(outlet.bias + column + kGap, left > kGap, 0.f, bias + 4);
      if constexpr (kNumber == BigNumber::kE4m3) {
        float scales[kRun];
        load_run(outlet.scales + column, scales, left > 0, 1.f);
#pragma unroll
        for (int j = 0; j < kRun; ++j) bias[j] = __fdividef(bias[j], scales[j] * finish_.x_scale);
      }
#pragma unroll
      for (int j = 0; j < kRun; ++j) {
        sum_of({block, 0}, j) = bias[j];
        sum_of({block, 1}, j) = bias[j];
      }
    }
  }

  __device__ void take_unit(int i, float (&a)[kRun], float (&b)[kRun]) {
#pragma unroll
    for (int j = 0; j < kRun; ++j) {
      a[j] = sum_of(Result::first(i, kUnits), j);
      b[j] = sum_of(Result::second(i, kUnits), j);
    }
  }

  /// Its left_rows lack the number of rows that live, which is known later.
  __device__ Outlet outlet_of(int tile_column, int group_row) const {
    const int thread = int(threadIdx.x) % 128;
    const int upper = thread / 32 * 16 + thread % 32 / 4;
    const int part = part_of(task_, tile_column);
    const Target& target = finish_.targets[part];
    const int column = Result::tile_column(tile_column - task_.first_tile[part], T::kCols) + thread % 4 * 4;
    const int row = group_row + upper;
    const std::ptrdiff_t y_bytes = target.y_bytes;
    return {.y = static_cast<std::byte*>(target.y) + (std::ptrdiff_t(row) * target.stride + column) * y_bytes,
            .lower = 8 * std::ptrdiff_t(target.stride) * y_bytes,
            .scales = target.scales + column,
            .bias = target.bias == nullptr ? nullptr : target.bias + column,
            .angles = target.is_rotated ? finish_.angles + std::ptrdiff_t(row) * kHead + column % kHead : nullptr,
            .column = column,
            .out = target.out,
            .left_rows = -row};
  }

  /// Each block finishes some units of the tile: all send it theirs of those, and it adds them by rank.
  __device__ void add_cluster(const Outlet& outlet) {
    constexpr int kPiece = T::kGroups * 128 * 16;  // bytes: four sums of every thread
    const int blocks = cluster_size();
    const int rank = cluster_rank();
    const Shared mine = ring_.stages + threadIdx.x * 16;
    sync_cluster();  // no stage of any block is read any more
    int owner = 0;
    int slot = rank;
#pragma unroll
    for (int i = 0; i < kUnits; ++i) {
      float a[kRun];
      float b[kRun];
      take_unit(i, a, b);
      const Shared to = place_in(mine + slot * 4 * kPiece, owner);
      send(to + 0 * kPiece, a[0], a[1], a[2], a[3]);
      send(to + 1 * kPiece, a[4], a[5], a[6], a[7]);
      send(to + 2 * kPiece, b[0], b[1], b[2], b[3]);
      send(to + 3 * kPiece, b[4], b[5], b[6], b[7]);
      if (++owner < blocks) continue;
      owner = 0;
      slot += blocks;
    }
    sync_cluster();
    slot = 0;
    for (int i = rank; i < kUnits; i += blocks, slot += blocks) {
      float sums[4][4] = {};
#pragma unroll
      for (int block = 0; block < kMostBlocks; ++block) {
        if (block >= blocks) break;
#pragma unroll
        for (int j = 0; j < 4; ++j) {
          const float4 value = read_shared(mine + ((slot + block) * 4 + j) * kPiece);
          sums[j][0] += value.x;
          sums[j][1] += value.y;
          sums[j][2] += value.z;
          sums[j][3] += value.w;
        }
      }
      float a[kRun];
      float b[kRun];
#pragma unroll
      for (int j = 0; j < kRun; ++j) {
        a[j] = sums[j / 4][j % 4];
        b[j] = sums[2 + j / 4][j % 4];
      }
      Result::finish(finish_, outlet, i, a, b);
    }
  }

  const BigTask& task_;
  const Finish& finish_;
  const Ring ring_;
  const int group_;  // the same in all threads, which the compiler cannot know of threadIdx
  Place place_;
  float sums_[T::kCols / T::kProductCols][T::kProductCols / 2];
};

}  // namespace awd::cuda::big
