// Attention of pictures on Hopper's warpgroup products: bf16, heads of 72, at most 256 keys, each head with its own.
// A block owns 64 queries. Each of its two warpgroups sees half of the keys, all at once: one product for the scores, a
// softmax in registers, one product with the values; then the halves are put together. Columns 0 .. 63 of a row lie in
// a panel of 128 bytes, the last 8 apart, for the scores with 8 zeros behind them because a product goes 16 deep.
#include <cfloat>

#include "backend/cuda/attention_rows.cuh"
#include "backend/cuda/attention_tiles.cuh"
#include "backend/cuda/attention_view.h"
#include "backend/cuda/attention_warpgroup.cuh"
#include "backend/cuda/launch.h"

namespace awd::cuda {
namespace {

using tiles::bf16;

constexpr int kDim = 72;
constexpr int kPanel = 64;  // columns
constexpr int kRows = 64;
constexpr int kKeys = 256;
constexpr int kGroups = 2;  // warpgroups
constexpr int kGroupThreads = 128;
constexpr int kThreads = kGroups * kGroupThreads;
constexpr int kGroupKeys = kKeys / kGroups;

constexpr int kRowBytes = 128;    // of a panel
constexpr int kPieceBytes = 16;   // of a row behind the panel
constexpr int kGroupBytes = 128;  // of 8 such rows

/// Where things lie in shared memory, from a multiple of 1024.
struct Places {
  std::uint32_t queries, keys, values;  // panels
  std::uint32_t query_ends, query_zeros, key_ends, key_zeros, value_ends;

  __device__ explicit Places(std::uint32_t base) {
    queries = base;
    keys = queries + kRows * kRowBytes;
    values = keys + kKeys * kRowBytes;
    query_ends = values + kKeys * kRowBytes;
    query_zeros = query_ends + kRows * kPieceBytes;
    key_ends = query_zeros + kRows * kPieceBytes;
    key_zeros = key_ends + kKeys * kPieceBytes;
    value_ends = key_zeros + kKeys * kPieceBytes;
  }
};
constexpr int kSharedBytes = 1024 + (kRows + 2 * kKeys) * kRowBytes + (2 * kRows + 3 * kKeys) * kPieceBytes;

/// Starts copies of kCount rows from row `first` of a matrix on; zeros from row `end` on.
template <int kCount, class At>
[[maybe_unused]] __device__ void copy_tile(int first, int end, const At& row_at, std::uint32_t panel,
                                           std::uint32_t ends) {
  constexpr int kRound = kThreads / 8;  // rows of a panel
  const int piece = int(threadIdx.x) % 8;
  const int lane_row = int(threadIdx.x) / 8;
  const std::uint32_t to = panel + lane_row * kRowBytes + ((piece ^ lane_row % 8) * kPieceBytes);
#pragma unroll
  for (int i = 0; i < kCount / kRound; ++i) {
    const int row = first + lane_row + i * kRound;
    tiles::copy_async(to + i * kRound * kRowBytes, row_at(row) + piece * 8, row < end);
  }
#pragma unroll
  for (int i = 0; i < (kCount + kThreads - 1) / kThreads; ++i) {
    const int in_tile = int(threadIdx.x) + i * kThreads;
    if (in_tile >= kCount) continue;
    tiles::copy_async(ends + in_tile * kPieceBytes, row_at(first + in_tile) + kPanel, first + in_tile < end);
  }
}

[[maybe_unused]] __device__ void write_zeros(std::uint32_t to) {
  asm volatile("st.shared.v4.b32 [%0], {%1, %1, %1, %1};" ::"r"(to), "r"(0) : "memory");
}

/// The scores of this group's keys.
[[maybe_unused]] __device__ void score_keys(const Places& at, int group, float (&scores)[kGroupKeys / 2]) {
  const std::uint32_t keys = at.keys + group * kGroupKeys * kRowBytes;
  const std::uint32_t key_ends = at.key_ends + group * kGroupKeys * kPieceBytes;
  warpgroup::pin(scores);
  warpgroup::begin_products();
#pragma unroll
  for (int step = 0; step < kPanel / 16; ++step) {
    warpgroup::multiply_rows(scores, warpgroup::describe(at.queries + step * 32), warpgroup::describe(keys + step * 32),
                             step > 0);
  }
  warpgroup::multiply_rows(scores, warpgroup::describe_pieces(at.query_ends, kRows * kPieceBytes, kGroupBytes),
                           warpgroup::describe_pieces(key_ends, kKeys * kPieceBytes, kGroupBytes), true);
  warpgroup::finish_products();
  warpgroup::pin(scores);
}

/// Softmax of a lane's two rows over some keys: probabilities times `sum`, relative to the largest score.
struct RowState {
  float largest[2];  // times the scale
  float sum[2];
};

/// Scores of `count` keys, which may be none, to probabilities in pairs.
[[maybe_unused]] __device__ RowState soften(float (&scores)[kGroupKeys / 2], int count, float scale,
                                            std::uint32_t (&p)[kGroupKeys / 4]) {
  if (count < kGroupKeys) {
#pragma unroll
    for (int i = 0; i < kGroupKeys / 2; ++i) {
      const int key = i / 4 * 8 + int(threadIdx.x % 4) * 2 + i % 2;
      if (key >= count) scores[i] = -INFINITY;
    }
  }
  RowState state;
#pragma unroll
  for (int half = 0; half < 2; ++half) {
    float largest = -INFINITY;
#pragma unroll
    for (int i = 0; i < kGroupKeys / 4; ++i) largest = fmaxf(largest, scores[i / 2 * 4 + half * 2 + i % 2]);
    largest = fmaxf(tiles::row_max(largest) * scale, -FLT_MAX);  // finite where there is no key
    float sum = 0.f;
#pragma unroll
    for (int i = 0; i < kGroupKeys / 8; ++i) {
      const float low = tiles::power_of_two(scores[i * 4 + half * 2] * scale - largest);
      const float high = tiles::power_of_two(scores[i * 4 + half * 2 + 1] * scale - largest);
      sum += low + high;
      p[2 * i + half] = tiles::pack(low, high);
    }
    state.largest[half] = largest;
    state.sum[half] = tiles::row_sum(sum);
  }
  return state;
}

/// Four columns of each row of the sums of a lane: eight groups of the panel, and what is behind it.
using Sums = float[9][4];

/// sums = p v for this group's values.
[[maybe_unused]] __device__ void mix_values(const std::uint32_t (&p)[kGroupKeys / 4], const Places& at, int group,
                                            Sums& sums) {
  const std::uint32_t values = at.values + group * kGroupKeys * kRowBytes;
  const std::uint32_t value_ends = at.value_ends + group * kGroupKeys * kPieceBytes;
  float panel[32] = {};
  float end[4] = {};
  warpgroup::pin(panel);
  warpgroup::pin(end);
  warpgroup::begin_products();
#pragma unroll
  for (int step = 0; step < kGroupKeys / 16; ++step) {
    const std::uint32_t a[4] = {p[4 * step], p[4 * step + 1], p[4 * step + 2], p[4 * step + 3]};
    warpgroup::add_product(panel, a, warpgroup::describe(values + step * 16 * kRowBytes));
    warpgroup::add_product(end, a,
                           warpgroup::describe_pieces(value_ends + step * 16 * kPieceBytes, kGroupBytes, kGroupBytes));
  }
  warpgroup::finish_products();
  warpgroup::pin(panel);
  warpgroup::pin(end);
#pragma unroll
  for (int i = 0; i < 36; ++i) sums[i / 4][i % 4] = i < 32 ? panel[i % 32] : end[i % 4];
}

/// The second group's half goes to the first through `shared`, which puts both together and writes them.
[[maybe_unused]] __device__ void merge_and_write(const OutputRows& to, float4* shared, int group, const RowState& state,
                                                 Sums& sums) {
  float4* place = shared + threadIdx.x % kGroupThreads;
  if (group == 1) {
    place[0] = make_float4(state.largest[0], state.largest[1], state.sum[0], state.sum[1]);
#pragma unroll
    for (int i = 0; i < 9; ++i) {
      place[(1 + i) * kGroupThreads] = make_float4(sums[i][0], sums[i][1], sums[i][2], sums[i][3]);
    }
  }
  __syncthreads();
  if (group == 1) return;
  const float4 theirs = place[0];
  const float their_largest[2] = {theirs.x, theirs.y};
  const float their_sum[2] = {theirs.z, theirs.w};
  float own_factor[2];
  float their_factor[2];
#pragma unroll
  for (int half = 0; half < 2; ++half) {
    const float largest = fmaxf(state.largest[half], their_largest[half]);
    own_factor[half] = tiles::power_of_two(state.largest[half] - largest);
    their_factor[half] = tiles::power_of_two(their_largest[half] - largest);
    const float sum = state.sum[half] * own_factor[half] + their_sum[half] * their_factor[half];
    own_factor[half] /= sum;
    their_factor[half] /= sum;
  }
#pragma unroll
  for (int i = 0; i < 9; ++i) {
    const float4 other = place[(1 + i) * kGroupThreads];
    sums[i][0] = sums[i][0] * own_factor[0] + other.x * their_factor[0];
    sums[i][1] = sums[i][1] * own_factor[0] + other.y * their_factor[0];
    sums[i][2] = sums[i][2] * own_factor[1] + other.z * their_factor[1];
    sums[i][3] = sums[i][3] * own_factor[1] + other.w * their_factor[1];
  }
  const auto write_four = [&](int i) {
    to.write(8 * i, {{sums[i][0], sums[i][1], sums[i][2], sums[i][3]},
                     {sums[i + 1][0], sums[i + 1][1], sums[i + 1][2], sums[i + 1][3]},
                     {sums[i + 2][0], sums[i + 2][1], sums[i + 2][2], sums[i + 2][3]},
                     {sums[i + 3][0], sums[i + 3][1], sums[i + 3][2], sums[i + 3][3]}});
  };
  write_four(0);
  write_four(4);
  to.write(kPanel, sums[8]);
}

/// Grid [row tiles, heads, batches].
__global__ void __launch_bounds__(kThreads) picture_attention(AttentionView view) {
#if defined(__CUDA_ARCH_FEAT_SM90_ALL)
  extern __shared__ char unaligned[];
  char* shared = unaligned + (-tiles::shared_address(unaligned) & 1023);
  const Places at(tiles::shared_address(shared));
  const int group = __shfl_sync(~0u, int(threadIdx.x) / kGroupThreads, 0);
  let_next_start();
  if (threadIdx.x < kRows) write_zeros(at.query_zeros + threadIdx.x * kPieceBytes);
  write_zeros(at.key_zeros + threadIdx.x * kPieceBytes);
  wait_for_previous();
  const RowTile tile = find_tile(view, int(blockIdx.x) * kRows);
  if (tile.first_row >= tile.rows) return;
  const int keys = view.own;
  copy_tile<kRows>(
      tile.first_row, tile.rows, [&](int row) { return tile.q + std::size_t(row) * view.q_stride; }, at.queries,
      at.query_ends);
  copy_tile<kKeys>(
      0, keys, [&](int row) { return tile.k + std::size_t(row) * view.k_stride; }, at.keys, at.key_ends);
  tiles::commit_copies();
  copy_tile<kKeys>(
      0, keys, [&](int row) { return tile.v + std::size_t(row) * view.v_stride; }, at.values, at.value_ends);
  tiles::commit_copies();

  float scores[kGroupKeys / 2];
  std::uint32_t p[kGroupKeys / 4];
  tiles::wait_for_copies<1>();
  warpgroup::publish_copies();
  __syncthreads();
  score_keys(at, group, scores);
  const RowState state = soften(scores, keys - group * kGroupKeys, view.scale * tiles::kLog2E, p);

  Sums sums;
  tiles::wait_for_copies<0>();
  warpgroup::publish_copies();
  __syncthreads();  // the values; and all have read the queries and keys, whose place the second group's half takes
  mix_values(p, at, group, sums);
  const OutputRows to(view, tile, int(threadIdx.x) % kGroupThreads / 32 * 16);
  merge_and_write(to, reinterpret_cast<float4*>(shared), group, state, sums);
#endif
}

}  // namespace

bool fits_picture_attention(const AttentionView& view, int compute_capability) {
  return compute_capability == 90 && view.held_k == nullptr && view.head_dim == kDim && view.heads == view.kv_heads &&
         view.own >= 1 && view.own <= kKeys && view.live_own == nullptr && fits_tiled_attention(view);
}

void launch_picture_attention(const AttentionView& view, cudaStream_t stream) {
  const Shape shape{
      .grid = dim3(unsigned((view.queries + kRows - 1) / kRows), unsigned(view.kv_heads), unsigned(view.batches)),
      .block = dim3(kThreads),
      .shared_bytes = kSharedBytes};
  allow_shared_memory(picture_attention, kSharedBytes);
  launch(picture_attention, shape, stream, view);
}

}  // namespace awd::cuda
