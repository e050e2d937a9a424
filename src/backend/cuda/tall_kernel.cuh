// The kernels of tall_view.h. Before they wait for the kernel in front they start the copies of their weights and find
// all addresses. Then the two warpgroups of a block each bring their half of the rows' inputs and multiply it: between
// short kernels time goes into instructions, not into bytes, so there are few behind the wait.
#pragma once

#include "backend/cuda/launch.h"
#include "backend/cuda/tall_outputs.cuh"
#include "backend/cuda/tall_rows.cuh"

namespace awd::cuda::tall {

/// The thread's warpgroup, as a number that the compiler knows to be the same in a warp.
__device__ inline int own_group() { return __shfl_sync(~0u, int(threadIdx.x) / 128, 0); }

/// The weights of a warpgroup.
template <class F>
class Weights {
 public:
  /// `from`: the block's first. `barriers`: kSlots of the group's own, which become known to it by a sync_group().
  __device__ Weights(const std::byte* from, int group, char* shared, std::uint64_t* barriers)
      : from_(from + group * F::kStages * kStageBytes),
        group_(group),
        slots_(shared + group * F::kSlots * kStageBytes),
        barriers_(barriers) {
    if (threadIdx.x % 128 != 0) return;
#pragma unroll 1
    for (int slot = 0; slot < F::kSlots; ++slot) big::init_barrier(shared_address(barriers_ + slot), 1);
    publish_barriers();
#pragma unroll 1
    for (int slot = 0; slot < F::kSlots; ++slot) copy(slot, slot);
    if (F::kSlots < F::kStages) bring_near(from_ + F::kSlots * kStageBytes, (F::kStages - F::kSlots) * kStageBytes);
  }

  /// Begins sums += weights rows^T; `rows` are the group's in shared memory, published before a sync_group(). Calls
  /// during(stage) behind the start of each stage.
  template <class During>
  __device__ void multiply(const char* rows, int pitch, float (&sums)[8], During during) const {
    std::uint64_t b = describe(shared_address(rows), unsigned(pitch), 8 * kPieceBytes);
    const unsigned next = unsigned(kStepBytes / kPieceBytes * pitch) / 16;
#pragma unroll
    for (int stage = 0; stage < F::kStages; ++stage) {
      const int slot = stage % F::kSlots;
      const std::uint64_t a =
          describe(shared_address(slots_ + slot * kStageBytes), kTile * kPieceBytes, 8 * kPieceBytes);
      wait(shared_address(barriers_ + slot), unsigned(stage / F::kSlots % 2));
      begin_products();
#pragma unroll
      for (unsigned step = 0; step < kDepthBytes / kStepBytes; ++step) {
        tall::multiply<F::kNumber>(sums, a + step * (kTile * kStepBytes / 16), b);
        b += next;
      }
      end_products();
      during(stage);
      if (stage + F::kSlots < F::kStages) {
        wait_products<0>();
        sync_group(group_);
        if (threadIdx.x % 128 == 0) copy(stage + F::kSlots, slot);
      }
    }
  }

 private:
  __device__ void copy(int stage, int slot) const {
    start_copy(barriers_ + slot, slots_ + slot * kStageBytes, from_ + stage * kStageBytes, kStageBytes);
  }

  const std::byte* from_;
  int group_;
  char* slots_;
  std::uint64_t* barriers_;
};

/// Scale of a packed output, e4m3's.
template <class F>
__device__ float scale_of(const View& v, int output) {
  return F::kNumber == SmallNumber::kE4m3 ? load_early(v.scales + output) : 1.f;
}

/// Sums of the two warpgroups on their way to each other, where their rows were: all of a thread, in two halves.
class Exchange {
 public:
  /// `rows`: those of group 0; `pitch`: bytes to those of group 1.
  __device__ Exchange(char* rows, int pitch) : sums_(reinterpret_cast<float*>(rows)), pitch_(pitch / 4) {}

  __device__ void give(int group, const float (&d)[8]) const {
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      *reinterpret_cast<float4*>(at(group, half, int(threadIdx.x) % 128)) = {d[4 * half], d[4 * half + 1],
                                                                             d[4 * half + 2], d[4 * half + 3]};
    }
  }
  /// What the other group has of this thread's half, which is `group`.
  __device__ float4 take(int group) const {
    return *reinterpret_cast<const float4*>(at(1 - group, group, int(threadIdx.x) % 128));
  }
  /// Both groups' sum of row `row` for this thread's first (0) or second (1) output.
  __device__ float sum_of_row(int row, int output) const {
    const int thread = int(threadIdx.x) % 128 / 4 * 4 + row % 8 / 2, value = 2 * output + row % 2;
    return at(0, row / 8, thread)[value] + at(1, row / 8, thread)[value];
  }

 private:
  __device__ float* at(int group, int half, int thread) const {
    return sums_ + group * pitch_ + (half * 128 + thread) * 4;
  }
  float* sums_;
  int pitch_;
};

/// Products of pairs of outputs: a gated unit, or two columns that are rotated together. Rows m and m + 8 of each 16 of
/// a tile are first and second, which lie in one thread. Each warpgroup ends half of the rows. Grid [tiles].
template <class F, class Rows, class Output>
__global__ __launch_bounds__(kThreads, 2) void paired_kernel(const __grid_constant__ View v,
                                                             const __grid_constant__ Output output) {
  static_assert(F::kCluster == 1 && F::kPieces * kPieceBytes * 9 >= 2 * 128 * 16);  // sums fit where rows were
#ifdef __CUDA_ARCH_FEAT_SM90_ALL
  extern __shared__ __align__(128) char shared[];
  __shared__ std::uint64_t barriers[kGroups][F::kSlots];
  let_next_start();
  const int tile = int(blockIdx.x), group = own_group();
  const int lane = int(threadIdx.x) % 32, warp_of_group = int(threadIdx.x) / 32 % 4;
  const Weights<F> weights(v.weights + std::size_t(tile) * (kGroups * F::kStages * kStageBytes), group, shared,
                           barriers[group]);
  const bool has_shift_row = Rows::kHasShiftRow && v.shift != nullptr;
  const typename F::Layout at(v.rows + (has_shift_row ? 1 : 0));
  char* const group_rows = shared + at.rows + group * F::kPieces * at.pitch;
  Rows rows(v, group * F::kGroupInputs, group_rows, at.pitch, int(threadIdx.x) % 128);
  const int packed = tile * kTile + warp_of_group * 16 + lane / 4;
  const float scale_first = scale_of<F>(v, packed), scale_second = scale_of<F>(v, packed + 8);
  auto place = place_of(output, tile * (kTile / 2) + warp_of_group * 8 + lane / 4, OwnRows{group, v.rows});
  auto* const squares = reinterpret_cast<float*>(shared + at.squares);
  const Exchange exchange(shared + at.rows, F::kPieces * at.pitch);
  wait_for_previous();

  place.prepare();
  rows.bring(squares);
  publish_stores();
  sync_group(group);
  float d[8] = {};
  weights.multiply(group_rows, at.pitch, d, [&](int stage) { rows.during(stage, squares); });
  wait_products<0>();
  pin(d);

  sync_group(group);  // the group's rows have been read
  exchange.give(group, d);
  __syncthreads();
  const float4 other = exchange.take(group);
  const bool is_upper = group == 1;
  const float all[4] = {(is_upper ? d[4] : d[0]) + other.x, (is_upper ? d[5] : d[1]) + other.y,
                        (is_upper ? d[6] : d[2]) + other.z, (is_upper ? d[7] : d[3]) + other.w};
  const float first = has_shift_row ? exchange.sum_of_row(v.rows, 0) : 0.f;
  const float second = has_shift_row ? exchange.sum_of_row(v.rows, 1) : 0.f;
#pragma unroll
  for (int i = 0; i < kOwnRows; ++i) {
    if (!place.has(i)) continue;
    const float r = rows.factor(squares, own_row(group, i));
    place.store(i, r * scale_first * all[i] + first, r * scale_second * all[2 + i] + second);
  }
#endif
}

/// Products of single outputs and plain rows; the blocks of a cluster share the inputs of a tile, and each adds up and
/// ends its part of the tile's 8 groups of 8 outputs, a warp for each half of the rows. Grid [tiles * cluster].
template <class F, class Output>
__global__ __launch_bounds__(kThreads, 2) void shared_kernel(const __grid_constant__ View v,
                                                             const __grid_constant__ Output output) {
#ifdef __CUDA_ARCH_FEAT_SM90_ALL
  extern __shared__ __align__(128) char shared[];
  __shared__ std::uint64_t barriers[kGroups][F::kSlots];
  __shared__ std::uint64_t sent;  // what the cluster sends is here
  let_next_start();
  const int rank = int(small::cluster_rank()), tile = int(blockIdx.x) / F::kCluster, group = own_group();
  const int lane = int(threadIdx.x) % 32, warp = int(threadIdx.x) / 32;
  if (threadIdx.x == 0) small::expect_bytes(&sent, kGroups * F::kCluster * F::kFinished * 512);
  small::cluster_arrive();
  const Weights<F> weights(v.weights + std::size_t(tile * F::kCluster + rank) * (kGroups * F::kStages * kStageBytes),
                           group, shared, barriers[group]);
  const typename F::Layout at(v.rows);
  char* const group_rows = shared + at.rows + group * F::kPieces * at.pitch;
  const PlainRows<F> rows(v, rank * F::kBlockInputs + group * F::kGroupInputs, group_rows, at.pitch,
                          int(threadIdx.x) % 128);
  static_assert(2 * F::kFinished <= kWarps);
  const bool finishes = warp < 2 * F::kFinished;
  const int own = warp % F::kFinished, half = warp / F::kFinished % 2;
  const int own_part = rank + own * F::kCluster;  // 8 outputs of the tile
  const int own_output = tile * kTile + own_part * 8 + lane / 4;
  const float factor = scale_of<F>(v, own_output) * rows.factor(nullptr, 0);
  auto place = place_of(output, own_output, OwnRows{half, v.rows});
  // Part 2 w + h of the tile, which warp w of a group has, ends in block part % cluster.
  char* const sums = shared + at.sums + lane * 16;
  char* const to = sums + ((group * F::kCluster + rank) * F::kFinished + warp % 4 * 2 / F::kCluster) * 512;
  small::cluster_wait();  // what is sent is expected everywhere
  wait_for_previous();

  rows.start();
  if (finishes) place.prepare();
  rows.end();
  publish_stores();
  sync_group(group);
  float d[8] = {};
  weights.multiply(group_rows, at.pitch, d, [](int) {});
  wait_products<0>();
  pin(d);

#pragma unroll
  for (int h = 0; h < 2; ++h) {
    const int part = warp % 4 * 2 + h;
    send(to, &sent, unsigned(part % F::kCluster), {d[2 * h], d[2 * h + 1], d[4 + 2 * h], d[5 + 2 * h]});
  }
  if (!finishes) return;
  small::wait_for_barrier(&sent);
  float2 total{};
#pragma unroll
  for (int from = 0; from < kGroups * F::kCluster; ++from) {
    const float2 part = *reinterpret_cast<const float2*>(sums + (from * F::kFinished + own) * 512 + half * 8);
    total = {total.x + part.x, total.y + part.y};
  }
  if (place.has(0)) place.store(0, factor * total.x);
  if (place.has(1)) place.store(1, factor * total.y);
#endif
}

}  // namespace awd::cuda::tall
