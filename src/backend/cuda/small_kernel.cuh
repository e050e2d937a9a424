// The kernel of small_linear.h. A block owns some units of outputs; its warps share the inputs, and where outputs are
// few so do the blocks of its cluster. What it streams is known before the kernel in front has ended: every warp starts
// the copy of all its weights at once (a few tens of kilobytes), so the memory never idles between kernels, and only
// then waits. Then rows, products, and the sums of warps and blocks, always added in one order.
#pragma once

#include "backend/cuda/launch.h"
#include "backend/cuda/small_operands.cuh"
#include "backend/cuda/small_outputs.cuh"

namespace awd::cuda::small {

/// Compile-time shape of a kernel: tiles of 16 rows of a warp, units of outputs, tiles of 8 outputs in a unit, and how
/// many warps with other rows share weights and so a part of the inputs.
template <int kRowTiles_, int kUnits_, int kTilesPerUnit_, int kRowGroups_ = 1>
struct Form {
  static constexpr int kRowTiles = kRowTiles_;
  static constexpr int kRowGroups = kRowGroups_;
  static constexpr int kParts = kWarps / kRowGroups;  // of the block's inputs
  static constexpr int kRows = 16 * kRowTiles * kRowGroups;
  static constexpr int kUnits = kUnits_;
  static constexpr int kTilesPerUnit = kTilesPerUnit_;
  static constexpr int kThreads = 32 * kWarps;
  static constexpr int kTiles = kUnits * kTilesPerUnit;       // of 8 outputs
  static constexpr int kSumBytes = kRowTiles * kTiles * 512;  // of a warp's sums
  static constexpr int kItems = kRows * kUnits * 4;           // two columns of a row in all tiles of a unit
  static constexpr int kItemsPerThread = (kItems + kThreads - 1) / kThreads;
  // Scales and biases are on their way early, unless sums need the registers.
  static constexpr bool kFactorsLate = kItemsPerThread > 2;
  // Few rows: of two kernels in a row, blocks of both fit a multiprocessor. With more, two blocks of one would share
  // it and leave others idle.
  static constexpr int kBlocksPerProcessor = kRows == 16 ? 2 : 1;
};

/// Dynamic shared memory of a block, in its order.
template <class F, class Weights, class Rows>
struct Layout {
  static constexpr int kChunkBytes = F::kTiles * 32 * int(sizeof(typename Weights::Stored));

  /// The weights of a part, and in their place later the sums of its warps.
  __host__ __device__ static int part_bytes(const View& view) {
    const int weights = view.chunks_per_part * kChunkBytes, sums = F::kRowGroups * F::kSumBytes;
    return weights > sums ? weights : sums;
  }
  /// Then the scale of the norm for each group of rows, and the sums that the blocks of the cluster send
  /// [blocks, tiles of a unit, items].
  __host__ __device__ static int scale_bytes(const View& view) {
    return Rows::kIsNormed ? F::kRowGroups * 4 * view.in : 0;
  }
  __host__ __device__ static int shared_bytes(const View& view) {
    const int sums = view.cluster > 1 ? view.cluster * F::kTilesPerUnit * F::kItems * 8 : 0;
    return F::kParts * part_bytes(view) + scale_bytes(view) + sums;
  }
};

/// Shared memory of fixed size.
template <class F>
struct Fixed {
  std::uint64_t weights[F::kParts];    // barriers: a part's weights are here
  std::uint64_t sent;                  // what the cluster sends is here
  float squares[F::kParts][F::kRows];  // of the rows, of a part's inputs
};

template <class F, class Weights, class Rows, class Output>
class Product {
 public:
  __device__ Product(const View& view, const Output& output, std::byte* shared, Fixed<F>& fixed)
      : view_(view),
        output_(output),
        part_(int(threadIdx.x / 32) % F::kParts),
        row_group_(int(threadIdx.x / 32) / F::kParts),
        lane_(int(threadIdx.x % 32)),
        rank_(int(blockIdx.x)),
        group_(int(blockIdx.y)),
        first_(part_ * view.chunks_per_part),
        input_((rank_ * view.chunks + first_) * 32),
        part_bytes_(Layout<F, Weights, Rows>::part_bytes(view)),
        shared_(shared),
        scale_(reinterpret_cast<float*>(shared + F::kParts * part_bytes_) + row_group_ * view.in),
        sent_(shared + F::kParts * part_bytes_ + Layout<F, Weights, Rows>::scale_bytes(view)),
        fixed_(fixed) {
    chunks_ = max(0, min(view.chunks_per_part, min(view.chunks, view.in / 32 - rank_ * view.chunks) - first_));
  }

  /// What may be done while the kernel in front still runs.
  __device__ void start() {
    const int chunk = (int(blockIdx.y * gridDim.x) + rank_) * view_.chunks + first_;
    if (row_group_ == 0) {
      WarpCopy::start(fixed_.weights + part_, own(), view_.weights + std::size_t(chunk) * kChunkBytes,
                      unsigned(chunks_ * kChunkBytes), unsigned(lane_));
    }
    if (view_.cluster > 1) {
      if (threadIdx.x == 0) expect_bytes(&fixed_.sent, bytes_sent());
      cluster_arrive();
    }
    if (Rows::kIsNormed && threadIdx.x == 0 && group_ * 32 < view_.in) {
      bring_line_near(view_.scale + group_ * 32);
      if (view_.shift != nullptr) bring_line_near(view_.shift + group_ * 32);
    }
    for_items([&](int i, const Item& item) {
      if (is_ours(item)) output_.bring_near(item.row, column(item));
      if constexpr (!F::kFactorsLate) read_factors(item, factors_[i], biases_[i]);
    });
#pragma unroll
    for (int t = 0; t < F::kRowTiles; ++t) {
#pragma unroll
      for (int half = 0; half < 2; ++half) {
        const int row = (row_group_ * F::kRowTiles + t) * 16 + half * 8 + lane_ / 4;
        rows_[t][half] = Rows::start(view_, row, lane_ % 4) + input_;
        is_shift_[t][half] = row == view_.rows;
      }
    }
    if constexpr (F::kRowGroups > 1) __syncthreads();  // barriers are set up
    if (view_.cluster > 1) cluster_wait();             // what is sent is expected everywhere
  }

  /// The warp's sums of its inputs.
  __device__ void multiply_rows() {
    for_items([&](int i, const Item& item) {
      if (is_ours(item)) ready_[i] = output_.prepare(item.row, column(item));
    });
#pragma unroll
    for (int t = 0; t < F::kRowTiles; ++t) {
#pragma unroll
      for (int n = 0; n < F::kTiles; ++n) sums_[t][n][0] = sums_[t][n][1] = sums_[t][n][2] = sums_[t][n][3] = 0.f;
    }
    // Chunks whose rows are on the way together, as many as registers have room for.
    constexpr int kBatch = (Rows::kIsNormed ? 4 : 8) / F::kRowTiles * F::kRowGroups;
    if constexpr (Rows::kIsNormed) fetch_scale();
    int chunk = 0;
#pragma unroll 1
    for (; chunk + kBatch <= chunks_; chunk += kBatch) multiply_batch<kBatch>(chunk);
    if constexpr (kBatch == 8) {
#pragma unroll 1
      for (; chunk + 4 <= chunks_; chunk += 4) multiply_batch<4>(chunk);
    }
#pragma unroll 1
    for (; chunk < chunks_; ++chunk) multiply_batch<1>(chunk);
    if constexpr (Rows::kIsNormed) leave_squares();
  }

  /// Sums of all warps, of all blocks that share inputs, and to their place.
  __device__ void finish() {
    leave_sums();
    __syncthreads();
    for_items([&](int i, const Item& item) { add_block(item.slot, total_[i]); });
    if (view_.cluster > 1) add_cluster();
    for_items([&](int i, const Item& item) {
      Sums<F::kTilesPerUnit>& s = total_[i];
      if constexpr (F::kFactorsLate) read_factors(item, factors_[i], biases_[i]);
      if constexpr (Rows::kIsNormed) end_norm(item, s);
#pragma unroll
      for (int n = 0; n < F::kTilesPerUnit; ++n) {
        s[n] = {factors_[i][n].x * s[n].x + biases_[i][n].x, factors_[i][n].y * s[n].y + biases_[i][n].y};
      }
      if (is_ours(item)) output_.store(item.row, column(item), s, ready_[i]);
    });
  }

 private:
  static constexpr int kChunkBytes = Layout<F, Weights, Rows>::kChunkBytes;

  /// Two neighbouring columns of a row in all tiles of a unit.
  struct Item {
    int row;
    int unit;
    int slot;  // where the first tile's sums lie, in float2 of a warp's; the second's are 64 behind

    __device__ explicit Item(int index) {
      const int lane = index % 32, half = index / 32 % 2, row_tile = index / 64 / F::kUnits;
      unit = index / 64 % F::kUnits;
      row = row_tile * 16 + half * 8 + lane / 4;
      slot = (row_tile * F::kTiles + unit * F::kTilesPerUnit) * 64 + half * 32 + lane;
    }
    /// The slot of the same columns in another row.
    __device__ int slot_of(int other_row, int lane) const {
      return (other_row / 16 * F::kTiles + unit * F::kTilesPerUnit) * 64 + other_row % 16 / 8 * 32 + other_row % 8 * 4 +
             lane % 4;
    }
  };

  __device__ std::byte* own() const { return shared_ + part_ * part_bytes_; }
  /// Waits for the other warps of the part.
  __device__ void meet_part() const {
    if constexpr (F::kRowGroups > 1) {
      asm volatile("bar.sync %0, %1;" ::"r"(1 + part_), "n"(32 * F::kRowGroups) : "memory");
    } else {
      __syncwarp();
    }
  }
  __device__ void wait_for_weights() const {
    if (kHasBulkCopies || row_group_ == 0) WarpCopy::wait(fixed_.weights + part_);
    if constexpr (!kHasBulkCopies) meet_part();
  }
  __device__ int column(const Item& item) const { return (group_ * F::kUnits + item.unit) * 8 + 2 * (lane_ % 4); }
  /// Where blocks share inputs, row r is finished by block r % cluster.
  __device__ bool is_ours(const Item& item) const {
    return item.row < view_.rows && (item.row & (view_.cluster - 1)) == rank_;
  }

  /// What the cluster, this block among it, sends to this block.
  __device__ unsigned bytes_sent() const {
    return unsigned(view_.cluster * ((view_.rows - rank_ + view_.cluster - 1) / view_.cluster) * F::kTiles * 4 * 8);
  }

  /// The norm's scale of the warp's inputs, into shared memory.
  __device__ void fetch_scale() const {
#pragma unroll 1
    for (int i = first_ * 32 + lane_ * 4; i < (first_ + chunks_) * 32; i += 128) {
      copy_16_bytes(scale_ + i, view_.scale + i);
    }
  }

  template <int kBatch>
  __device__ void multiply_batch(int chunk) {
    typename Rows::Raw raw[kBatch][F::kRowTiles];
#pragma unroll
    for (int t = 0; t < F::kRowTiles; ++t) {
      const typename Rows::Element* const from[2] = {rows_[t][0] + chunk * 32, rows_[t][1] + chunk * 32};
#pragma unroll
      for (int b = 0; b < kBatch; ++b) raw[b][t] = Rows::load(from, b);
    }
    if (chunk == 0) {
      if constexpr (Rows::kIsNormed) wait_for_lanes_copies();
      wait_for_weights();
    }
    RowFragments rows[kBatch][F::kRowTiles];
#pragma unroll
    for (int b = 0; b < kBatch; ++b) {
      const float* scale = scale_ + (first_ + chunk + b) * 32 + input_of(Order::kApart, lane_ % 4, 0);
#pragma unroll
      for (int t = 0; t < F::kRowTiles; ++t) rows[b][t] = Rows::fragments(raw[b][t], scale, is_shift_[t], square_[t]);
    }
#pragma unroll
    for (int b = 0; b < kBatch; ++b) multiply_chunk(chunk + b, rows[b]);
  }

  __device__ void multiply_chunk(int chunk, const RowFragments (&rows)[F::kRowTiles]) {
    const auto* stored = reinterpret_cast<const typename Weights::Stored*>(own() + chunk * kChunkBytes) + lane_;
    uint4 weights[F::kTiles];
#pragma unroll
    for (int n = 0; n < F::kTiles; ++n) weights[n] = Weights::fragments(stored[n * 32]);
#pragma unroll
    for (int step = 0; step < 2; ++step) {  // neighbouring products are independent
#pragma unroll
      for (int n = 0; n < F::kTiles; ++n) {
        const uint2 w = step == 0 ? uint2{weights[n].x, weights[n].y} : uint2{weights[n].z, weights[n].w};
#pragma unroll
        for (int t = 0; t < F::kRowTiles; ++t) multiply(sums_[t][n], rows[t].step[step], w.x, w.y);
      }
    }
  }

  __device__ void leave_squares() {
#pragma unroll
    for (int i = 0; i < 2 * F::kRowTiles; ++i) {
      float sum = square_[i / 2][i % 2];
      sum += __shfl_xor_sync(~0u, sum, 1);
      sum += __shfl_xor_sync(~0u, sum, 2);
      const int row = row_group_ * F::kRowTiles * 16 + i * 8 + lane_ / 4;
      if (lane_ % 4 == 0) fixed_.squares[part_][row] = sum;
    }
  }

  /// The warp's sums take the place of the part's weights.
  __device__ void leave_sums() {
    meet_part();
    auto* to = reinterpret_cast<float2*>(own() + row_group_ * F::kSumBytes) + lane_;
#pragma unroll
    for (int t = 0; t < F::kRowTiles; ++t) {
#pragma unroll
      for (int n = 0; n < F::kTiles; ++n) {
        const float(&s)[4] = sums_[t][n];
        to[(t * F::kTiles + n) * 64] = {s[0], s[1]};
        to[(t * F::kTiles + n) * 64 + 32] = {s[2], s[3]};
      }
    }
  }

  template <class Body>
  __device__ void for_items(Body body) const {
#pragma unroll
    for (int i = 0; i < F::kItemsPerThread; ++i) {
      const int index = int(threadIdx.x) + i * F::kThreads;
      if (index < F::kItems) body(i, Item(index));
    }
  }

  /// sums = those of all warps.
  __device__ void add_block(int slot, Sums<F::kTilesPerUnit>& sums) const {
#pragma unroll
    for (int n = 0; n < F::kTilesPerUnit; ++n) sums[n] = {0.f, 0.f};
#pragma unroll
    for (int part = 0; part < F::kParts; ++part) {
      const auto* of_part = reinterpret_cast<const float2*>(shared_ + part * part_bytes_) + slot;
#pragma unroll
      for (int n = 0; n < F::kTilesPerUnit; ++n) {
        sums[n] = {sums[n].x + of_part[n * 64].x, sums[n].y + of_part[n * 64].y};
      }
    }
  }

  /// Every block sends its sums to the block that ends their row.
  __device__ void add_cluster() {
    auto* received = reinterpret_cast<float2*>(sent_);
    constexpr int kSent = F::kTilesPerUnit * F::kItems;
    for_items([&](int i, const Item& item) {
      if (item.row >= view_.rows) return;
#pragma unroll
      for (int n = 0; n < F::kTilesPerUnit; ++n) {
        send_to(received + rank_ * kSent + n * F::kItems + int(threadIdx.x) + i * F::kThreads, &fixed_.sent,
                unsigned(item.row & (view_.cluster - 1)), total_[i][n]);
      }
    });
    wait_for_barrier(&fixed_.sent);
    for_items([&](int i, const Item& item) {
      if (!is_ours(item)) return;
#pragma unroll
      for (int n = 0; n < F::kTilesPerUnit; ++n) {
        float2 s = {0.f, 0.f};
#pragma unroll 2
        for (int block = 0; block < view_.cluster; ++block) {
          const float2 v = received[block * kSent + n * F::kItems + int(threadIdx.x) + i * F::kThreads];
          s = {s.x + v.x, s.y + v.y};
        }
        total_[i][n] = s;
      }
    });
  }

  /// Sums times the row's factor, plus those of the shift.
  __device__ void end_norm(const Item& item, Sums<F::kTilesPerUnit>& s) const {
    Sums<F::kTilesPerUnit> shift = {};
    if (view_.shift != nullptr) add_block(item.slot_of(view_.rows, lane_), shift);
    float squares = 0.f;
#pragma unroll
    for (int part = 0; part < F::kParts; ++part) squares += fixed_.squares[part][item.row];
    const float r = rsqrtf(__fdividef(squares, float(view_.in)) + 1e-6f);
#pragma unroll
    for (int n = 0; n < F::kTilesPerUnit; ++n) s[n] = {r * s[n].x + shift[n].x, r * s[n].y + shift[n].y};
  }

  /// Scale and bias of the packed outputs of an item.
  __device__ void read_factors(const Item& item, Sums<F::kTilesPerUnit>& factors,
                               Sums<F::kTilesPerUnit>& biases) const {
#pragma unroll
    for (int n = 0; n < F::kTilesPerUnit; ++n) {
      const int at = (group_ * F::kTiles + item.unit * F::kTilesPerUnit + n) * 8 + 2 * (lane_ % 4);
      factors[n] = {1.f, 1.f};
      biases[n] = {0.f, 0.f};
      if (view_.scales != nullptr) factors[n] = __ldg(reinterpret_cast<const float2*>(view_.scales + at));
      if (view_.bias != nullptr) biases[n] = __ldg(reinterpret_cast<const float2*>(view_.bias + at));
    }
  }

  const View& view_;
  const Output& output_;
  int part_, row_group_, lane_, rank_, group_;
  int first_, chunks_;  // of the block's chunks, the part's
  int input_;           // where rows_ begin
  int part_bytes_;
  std::byte* shared_;
  float* scale_;
  std::byte* sent_;
  Fixed<F>& fixed_;
  const typename Rows::Element* rows_[F::kRowTiles][2];
  bool is_shift_[F::kRowTiles][2];
  float sums_[F::kRowTiles][F::kTiles][4];  // fragments of mma.m16n8k16
  float square_[F::kRowTiles][2] = {};
  typename Output::Ready ready_[F::kItemsPerThread];
  Sums<F::kTilesPerUnit> total_[F::kItemsPerThread];
  Sums<F::kTilesPerUnit> factors_[F::kItemsPerThread], biases_[F::kItemsPerThread];
};

/// blockIdx.x: the block's rank in its cluster; blockIdx.y: which group of outputs.
template <class F, class Weights, class Rows, class Output>
__global__ __launch_bounds__(F::kThreads,
                             F::kBlocksPerProcessor) void small_kernel(const __grid_constant__ View view,
                                                                       const __grid_constant__ Output output) {
  extern __shared__ __align__(128) std::byte shared[];
  __shared__ Fixed<F> fixed;
  let_next_start();
  Product<F, Weights, Rows, Output> product(view, output, shared, fixed);
  product.start();
  wait_for_previous();
  product.multiply_rows();
  product.finish();
}

}  // namespace awd::cuda::small
