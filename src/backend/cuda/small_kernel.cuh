// The kernel of small_linear.h. A block owns some units of outputs; its warps share the inputs, and where outputs are
// few so do the blocks of its cluster. What it streams is known before the kernel in front has ended: every warp starts
// the copy of all its weights at once (a few tens of kilobytes), so the memory never idles between kernels, and only
// then waits. Then rows, products, and the sums of warps and blocks, always added in one order.
#pragma once

#include "backend/cuda/launch.h"
#include "backend/cuda/small_operands.cuh"
#include "backend/cuda/small_outputs.cuh"

namespace awd::cuda::small {

/// Compile-time shape of a kernel: tiles of 16 rows, units of outputs, tiles of 8 outputs in a unit.
template <int kRowTiles_, int kUnits_, int kTilesPerUnit_>
struct Form {
  static constexpr int kRowTiles = kRowTiles_;
  static constexpr int kUnits = kUnits_;
  static constexpr int kTilesPerUnit = kTilesPerUnit_;
  static constexpr int kThreads = 32 * kWarps;
  static constexpr int kTiles = kUnits * kTilesPerUnit;       // of 8 outputs
  static constexpr int kSumBytes = kRowTiles * kTiles * 512;  // of a warp's sums
  static constexpr int kItems = kRowTiles * kUnits * 64;      // two columns of a row in all tiles of a unit
  static constexpr int kItemsPerThread = (kItems + kThreads - 1) / kThreads;
  // Of two kernels in a row, blocks of both fit a multiprocessor.
  static constexpr int kBlocksPerProcessor = kRowTiles == 1 ? 2 : 1;
  // Blocks of a cluster share the work on the rows (layers of pairs, which are wide) or the inputs.
  static constexpr bool kSharesRows = kTilesPerUnit == 2;
};

/// Dynamic shared memory of a block, in its order.
template <class F, class Weights>
struct Layout {
  static constexpr int kChunkBytes = F::kTiles * 32 * int(sizeof(typename Weights::Stored));

  /// A warp's weights, and in their place later its sums.
  __host__ __device__ static int warp_bytes(const View& view) {
    const int weights = view.chunks_per_warp * kChunkBytes;
    return weights > F::kSumBytes ? weights : F::kSumBytes;
  }
  /// Then what the blocks of the cluster send: rows as fragments [chunks, row tiles, steps, lanes], or sums
  /// [blocks, tiles of a unit, items].
  __host__ __device__ static int shared_bytes(const View& view) {
    const int rows = view.in / 32 * F::kRowTiles * 1024;
    const int sums = view.cluster > 1 ? view.cluster * F::kTilesPerUnit * F::kItems * 8 : 0;
    return kWarps * warp_bytes(view) + (F::kSharesRows ? rows : sums);
  }
};

/// Shared memory of fixed size.
template <class F>
struct Fixed {
  std::uint64_t weights[kWarps];                            // barriers: a warp's weights are here
  std::uint64_t sent;                                       // what the cluster sends is here
  float squares[16 * F::kRowTiles][kMostCluster * kWarps];  // of the rows, in parts
  float factors[16 * F::kRowTiles];                         // what the norm divides rows by, inverted
};

template <class F, class Weights, class Rows, class Output>
class Product {
 public:
  __device__ Product(const View& view, const Output& output, std::byte* shared, Fixed<F>& fixed)
      : view_(view),
        output_(output),
        warp_(int(threadIdx.x / 32)),
        lane_(int(threadIdx.x % 32)),
        rank_(int(blockIdx.x)),
        group_(int(F::kSharesRows ? blockIdx.y * gridDim.x + blockIdx.x : blockIdx.y)),
        first_(warp_ * view.chunks_per_warp),
        input_(F::kSharesRows ? 0 : (rank_ * view.chunks + first_) * 32),
        warp_bytes_(Layout<F, Weights>::warp_bytes(view)),
        shared_(shared),
        sent_(shared + kWarps * warp_bytes_),
        fixed_(fixed) {
    const int chunks = F::kSharesRows ? view.chunks : min(view.chunks, view.in / 32 - rank_ * view.chunks);
    chunks_ = max(0, min(view.chunks_per_warp, chunks - first_));
  }

  /// What may be done while the kernel in front still runs.
  __device__ void start() {
    const int chunk = (int(blockIdx.y * gridDim.x) + rank_) * view_.chunks + first_;
    WarpCopy::start(fixed_.weights + warp_, own(), view_.weights + std::size_t(chunk) * kChunkBytes,
                    unsigned(chunks_ * kChunkBytes), unsigned(lane_));
    if (threadIdx.x == 0) expect_bytes(&fixed_.sent, bytes_sent());
    cluster_arrive();
    if (lane_ == 0) bring_ahead_near();
    if (Rows::kIsNormed && threadIdx.x == 0 && group_ * 32 < view_.in) {
      bring_line_near(view_.scale + group_ * 32);
      if (view_.shift != nullptr) bring_line_near(view_.shift + group_ * 32);
    }
    for_items([&](int i, const Item& item) {
      if (is_ours(item)) output_.bring_near(item.row, column(item));
      read_factors(item, factors_[i], biases_[i]);
    });
#pragma unroll
    for (int t = 0; t < F::kRowTiles; ++t) {
#pragma unroll
      for (int half = 0; half < 2; ++half) {
        const int row = t * 16 + half * 8 + lane_ / 4;
        rows_[t][half] = Rows::start(view_, row, lane_ % 4) + input_;
        is_shift_[t][half] = row == view_.rows;
      }
    }
    cluster_wait();  // what is sent is expected everywhere
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
    if constexpr (F::kSharesRows) {
      share_rows();
      wait_for_block(&fixed_.sent);
      WarpCopy::wait(fixed_.weights + warp_);
#pragma unroll 4
      for (int chunk = 0; chunk < chunks_; ++chunk) {
        RowFragments rows[F::kRowTiles];
#pragma unroll
        for (int t = 0; t < F::kRowTiles; ++t) {
          rows[t].step[0] = *fragment_of(first_ + chunk, t, 0);
          rows[t].step[1] = *fragment_of(first_ + chunk, t, 1);
        }
        multiply_chunk(chunk, rows);
      }
    } else {
      constexpr int kBatch = 8 / F::kRowTiles;  // chunks whose rows are on the way together
      int chunk = 0;
#pragma unroll 1
      for (; chunk + kBatch <= chunks_; chunk += kBatch) multiply_batch<kBatch>(chunk);
#pragma unroll 1
      for (; chunk + 4 <= chunks_; chunk += 4) multiply_batch<4>(chunk);
#pragma unroll 1
      for (; chunk < chunks_; ++chunk) multiply_batch<1>(chunk);
    }
  }

  /// Sums of all warps, of all blocks that share inputs, and to their place.
  __device__ void finish() {
    leave_sums();
    if constexpr (Rows::kIsNormed) find_factors();
    __syncthreads();
    for_items([&](int i, const Item& item) { add_block(item.slot, total_[i]); });
    if (!F::kSharesRows && view_.cluster > 1) add_cluster();
    for_items([&](int i, const Item& item) {
      Sums<F::kTilesPerUnit>& s = total_[i];
      if constexpr (Rows::kIsNormed) end_norm(item, s);
#pragma unroll
      for (int n = 0; n < F::kTilesPerUnit; ++n) {
        s[n] = {factors_[i][n].x * s[n].x + biases_[i][n].x, factors_[i][n].y * s[n].y + biases_[i][n].y};
      }
      if (is_ours(item)) output_.store(item.row, column(item), s, ready_[i]);
    });
  }

 private:
  static constexpr int kChunkBytes = Layout<F, Weights>::kChunkBytes;

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

  __device__ std::byte* own() const { return shared_ + warp_ * warp_bytes_; }
  __device__ int column(const Item& item) const { return (group_ * F::kUnits + item.unit) * 8 + 2 * (lane_ % 4); }
  /// Where blocks share inputs, row r is finished by block r % cluster.
  __device__ bool is_ours(const Item& item) const {
    return item.row < view_.rows && (F::kSharesRows || (item.row & (view_.cluster - 1)) == rank_);
  }

  /// What the cluster, this block among it, sends to this block.
  __device__ unsigned bytes_sent() const {
    if constexpr (F::kSharesRows) {
      const int squares = Rows::kIsNormed ? view_.cluster * kWarps * 16 * F::kRowTiles * 4 : 0;
      return unsigned(view_.in / 32 * F::kRowTiles * 1024 + squares);
    }
    return unsigned(view_.cluster * ((view_.rows - rank_ + view_.cluster - 1) / view_.cluster) * F::kTiles * 4 * 8);
  }

  __device__ void bring_ahead_near() const {
    const unsigned self = (blockIdx.y * gridDim.x + blockIdx.x) * kWarps + unsigned(warp_);
#pragma unroll 1
    for (int i = 0; i < 3 && view_.ahead[i].bytes > 0; ++i) {
      const Span& span = view_.ahead[i];
      const unsigned at = self * span.share;
      if (at < span.bytes) bring_near(span.data + at, min(span.bytes - at, span.share));
    }
  }

  __device__ uint4* fragment_of(int chunk, int tile, int step) const {
    return reinterpret_cast<uint4*>(sent_) + ((chunk * F::kRowTiles + tile) * 2 + step) * 32 + lane_;
  }

  /// Each warp of the cluster makes fragments of a few chunks of all rows, for all blocks.
  __device__ void share_rows() {
    float squares[F::kRowTiles][2] = {};
#pragma unroll 1
    for (int chunk = rank_ * kWarps + warp_; chunk < view_.in / 32; chunk += view_.cluster * kWarps) {
      typename Rows::Raw raw[F::kRowTiles];
      const typename Rows::Scale scale = Rows::scale(view_, chunk, lane_ % 4);
#pragma unroll
      for (int t = 0; t < F::kRowTiles; ++t) {
        const typename Rows::Element* const from[2] = {rows_[t][0] + chunk * 32, rows_[t][1] + chunk * 32};
        raw[t] = Rows::load(from, 0);
      }
#pragma unroll
      for (int t = 0; t < F::kRowTiles; ++t) {
        const RowFragments made = Rows::fragments(raw[t], scale, is_shift_[t], squares[t]);
#pragma unroll
        for (int step = 0; step < 2; ++step) {
          send_to_all(fragment_of(chunk, t, step), &fixed_.sent, view_.cluster, made.step[step]);
        }
      }
    }
    if constexpr (Rows::kIsNormed) {
#pragma unroll
      for (int i = 0; i < 2 * F::kRowTiles; ++i) {
        float sum = squares[i / 2][i % 2];
        sum += __shfl_xor_sync(~0u, sum, 1);
        sum += __shfl_xor_sync(~0u, sum, 2);
        float* to = &fixed_.squares[i * 8 + lane_ / 4][rank_ * kWarps + warp_];
        if (lane_ % 4 == 0) send_to_all(to, &fixed_.sent, view_.cluster, sum);
      }
    }
  }

  /// Rows straight from memory, for the warp's own inputs.
  template <int kBatch>
  __device__ void multiply_batch(int chunk) {
    typename Rows::Raw raw[kBatch][F::kRowTiles];
#pragma unroll
    for (int t = 0; t < F::kRowTiles; ++t) {
      const typename Rows::Element* const from[2] = {rows_[t][0] + chunk * 32, rows_[t][1] + chunk * 32};
#pragma unroll
      for (int b = 0; b < kBatch; ++b) raw[b][t] = Rows::load(from, b);
    }
    if (chunk == 0) WarpCopy::wait(fixed_.weights + warp_);
#pragma unroll
    for (int b = 0; b < kBatch; ++b) {
      RowFragments rows[F::kRowTiles];
      float no_squares[2] = {};
#pragma unroll
      for (int t = 0; t < F::kRowTiles; ++t) rows[t] = Rows::fragments(raw[b][t], {}, is_shift_[t], no_squares);
      multiply_chunk(chunk + b, rows);
    }
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

  /// The warp's sums take the place of its weights.
  __device__ void leave_sums() {
    __syncwarp();
    auto* to = reinterpret_cast<float2*>(own()) + lane_;
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
    for (int w = 0; w < kWarps; ++w) {
      const auto* of_warp = reinterpret_cast<const float2*>(shared_ + w * warp_bytes_) + slot;
#pragma unroll
      for (int n = 0; n < F::kTilesPerUnit; ++n) {
        sums[n] = {sums[n].x + of_warp[n * 64].x, sums[n].y + of_warp[n * 64].y};
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

  /// The factor of each row, from the parts of its squares.
  __device__ void find_factors() const {
#pragma unroll
    for (int row = warp_; row < 16 * F::kRowTiles; row += kWarps) {
      float sum = lane_ < view_.cluster * kWarps ? fixed_.squares[row][lane_] : 0.f;
#pragma unroll
      for (int other = 16; other > 0; other /= 2) sum += __shfl_xor_sync(~0u, sum, other);
      if (lane_ == 0) fixed_.factors[row] = rsqrtf(__fdividef(sum, float(view_.in)) + 1e-6f);
    }
  }

  /// Sums times the row's factor, plus those of the shift.
  __device__ void end_norm(const Item& item, Sums<F::kTilesPerUnit>& s) const {
    Sums<F::kTilesPerUnit> shift = {};
    if (view_.shift != nullptr) add_block(item.slot_of(view_.rows, lane_), shift);
    const float r = fixed_.factors[item.row];
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
  int warp_, lane_, rank_, group_;
  int first_, chunks_;  // of the block's chunks, the warp's
  int input_;           // where rows_ begin
  int warp_bytes_;
  std::byte* shared_;
  std::byte* sent_;
  Fixed<F>& fixed_;
  const typename Rows::Element* rows_[F::kRowTiles][2];
  bool is_shift_[F::kRowTiles][2];
  float sums_[F::kRowTiles][F::kTiles][4];  // fragments of mma.m16n8k16
  typename Output::Ready ready_[F::kItemsPerThread];
  Sums<F::kTilesPerUnit> total_[F::kItemsPerThread];
  Sums<F::kTilesPerUnit> factors_[F::kItemsPerThread], biases_[F::kItemsPerThread];
};

/// blockIdx.x: the block's rank in its cluster; blockIdx.y: which group of outputs, or which `cluster` of groups.
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
