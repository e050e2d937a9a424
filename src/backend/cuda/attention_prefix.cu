// Attention of a prefix on Hopper's warpgroup products: bf16, head_dim 256, own keys only.
// A block owns 64 rows (see attention_rows.cuh): 533 queries of 8 heads are 67 such tiles. Both of its warpgroups see
// the same queries and take turns with the tiles of 96 keys, each with a place for keys and one for values of its own,
// so that one computes probabilities while the other multiplies; at the end they put their halves together. More blocks
// that share the keys of a row tile through a cluster fill the chip better, but what they swap costs more than that
// gains. 96 keys are the least width at which reading the queries for each product does not slow it. Rows that do not
// count are zeros in shared memory, so copies go piece by piece.
#include "backend/cuda/attention_rows.cuh"
#include "backend/cuda/attention_tiles.cuh"
#include "backend/cuda/attention_view.h"
#include "backend/cuda/attention_warpgroup.cuh"
#include "backend/cuda/launch.h"

namespace awd::cuda {
namespace {

using tiles::bf16;

constexpr int kDim = 256;
constexpr int kPanels = kDim / 64;
constexpr int kRows = 64;
constexpr int kGroups = 2;  // warpgroups
constexpr int kGroupThreads = 128;
constexpr int kThreads = kGroupThreads * kGroups;
constexpr int kKeys = 96;  // in a tile

constexpr int kRowBytes = 128;  // of a panel
constexpr int kQueryBytes = kRows * kPanels * kRowBytes;
constexpr int kPlaceBytes = kKeys * kPanels * kRowBytes;
constexpr int kSharedBytes = kQueryBytes + kGroups * 2 * kPlaceBytes + 1024;  // and to begin at a multiple of 1024

/// Softmax so far of a lane's two rows.
struct RowState {
  float largest[2] = {-INFINITY, -INFINITY};
  float sum[2] = {};  // of this lane's keys alone
};

/// Where a thread's piece of row `row` of a tile of kTileRows goes; rows 8 further are 1024 bytes on.
template <int kTileRows>
[[maybe_unused]] __device__ std::uint32_t piece_offset(int row) {
  const int piece = int(threadIdx.x) % 32;
  return std::uint32_t(piece / 8 * kTileRows * kRowBytes + row * kRowBytes + (piece % 8 ^ row % 8) * 16);
}

/// Starts copies of the queries, by all threads.
[[maybe_unused]] __device__ void copy_queries(const AttentionView& view, const RowTile& tile, std::uint32_t to) {
  constexpr int kRound = kThreads / 32;
  static_assert(kRound == 8);
  const int warp = int(threadIdx.x) / 32;
  to += piece_offset<kRows>(warp);
#pragma unroll
  for (int i = 0; i < kRows / kRound; ++i) {
    const int row = tile.first_row + warp + i * kRound;
    tiles::copy_async(to + i * 1024, tile.q + row_offset(view, row, view.q_stride) + threadIdx.x % 32 * 8,
                      row < tile.rows);
  }
}

/// Starts copies of keys first .. first + kKeys - 1, or of as many values, by one warpgroup; zeros behind the last.
[[maybe_unused]] __device__ void copy_keys(const bf16* from, int stride, int first, int end, std::uint32_t to) {
  constexpr int kRound = kGroupThreads / 32;
  static_assert(kRound == 4);
  const int warp = int(threadIdx.x) / 32 % kRound;
  const std::uint32_t even = to + piece_offset<kKeys>(warp);
  const std::uint32_t odd = to + piece_offset<kKeys>(warp + kRound);
  from += std::size_t(first + warp) * stride + threadIdx.x % 32 * 8;
#pragma unroll
  for (int i = 0; i < kKeys / kRound; ++i) {
    tiles::copy_async((i % 2 == 0 ? even : odd) + i / 2 * 1024, from + i * kRound * stride,
                      first + warp + i * kRound < end);
  }
}

/// scores = q k^T for all rows and a tile of keys.
[[maybe_unused]] __device__ void score_tile(std::uint32_t q, std::uint32_t keys, float (&scores)[kKeys / 2]) {
  warpgroup::pin(scores);
  warpgroup::begin_products();
#pragma unroll
  for (int step = 0; step < kDim / 16; ++step) {
    const int in_panel = step % 4 * 32;
    warpgroup::multiply_rows(scores, warpgroup::describe(q + step / 4 * kRows * kRowBytes + in_panel),
                             warpgroup::describe(keys + step / 4 * kKeys * kRowBytes + in_panel), step > 0);
  }
  warpgroup::finish_products();
  warpgroup::pin(scores);
}

/// Scores to probabilities relative to the running maximum, in pairs; rescales what is summed so far.
[[maybe_unused]] __device__ void soften(float (&scores)[kKeys / 2], int count, float scale, float (&out)[kPanels][32],
                                        RowState& state, std::uint32_t (&p)[kKeys / 4]) {
  if (count < kKeys) {
#pragma unroll
    for (int i = 0; i < kKeys / 2; ++i) {
      const int key = i / 4 * 8 + int(threadIdx.x % 4) * 2 + i % 2;
      if (key >= count) scores[i] = -INFINITY;
    }
  }
  float kept[2];
#pragma unroll
  for (int half = 0; half < 2; ++half) {
    float largest = state.largest[half];
#pragma unroll
    for (int i = 0; i < kKeys / 2; ++i) {
      if (i / 2 % 2 == half) largest = fmaxf(largest, scores[i]);
    }
    largest = tiles::row_max(largest);
    kept[half] = tiles::power_of_two((state.largest[half] - largest) * scale);
    const float shift = largest * scale;
    state.largest[half] = largest;
    state.sum[half] *= kept[half];
#pragma unroll
    for (int i = 0; i < kKeys / 4; ++i) {
      if (i % 2 != half) continue;
      const float low = tiles::power_of_two(scores[2 * i] * scale - shift);
      const float high = tiles::power_of_two(scores[2 * i + 1] * scale - shift);
      state.sum[half] += low + high;
      p[i] = tiles::pack(low, high);
    }
  }
  if (__any_sync(~0u, kept[0] != 1.f || kept[1] != 1.f)) {
#pragma unroll
    for (int i = 0; i < kPanels * 32; ++i) out[i / 32][i % 32] *= kept[i / 2 % 2];
  }
}

/// out += p v for a tile of values.
[[maybe_unused]] __device__ void mix_tile(const std::uint32_t (&p)[kKeys / 4], std::uint32_t values,
                                          float (&out)[kPanels][32]) {
#pragma unroll
  for (int panel = 0; panel < kPanels; ++panel) warpgroup::pin(out[panel]);
  warpgroup::begin_products();
#pragma unroll
  for (int step = 0; step < kKeys / 16; ++step) {
    const std::uint32_t a[4] = {p[4 * step], p[4 * step + 1], p[4 * step + 2], p[4 * step + 3]};
#pragma unroll
    for (int panel = 0; panel < kPanels; ++panel) {
      warpgroup::add_product(out[panel], a,
                             warpgroup::describe(values + panel * kKeys * kRowBytes + step * 16 * kRowBytes));
    }
  }
  warpgroup::finish_products();
#pragma unroll
  for (int panel = 0; panel < kPanels; ++panel) warpgroup::pin(out[panel]);
}

/// The warpgroups' halves together: each gives the other its part of two panels, in `shared`, and writes the other two.
template <int kGroup>
__device__ void merge_and_write(const OutputRows& to, float4* shared, float scale, const RowState& state,
                                float (&out)[kPanels][32]) {
  constexpr int kOther = 1 - kGroup;
  constexpr int kVectors = 1 + 2 * 8;  // of a thread
  const int thread = int(threadIdx.x) % kGroupThreads;
  float4* give = shared + kGroup * kVectors * kGroupThreads + thread;
  const float4* get = shared + kOther * kVectors * kGroupThreads + thread;
  give[0] = make_float4(state.largest[0], state.largest[1], state.sum[0], state.sum[1]);
#pragma unroll
  for (int i = 0; i < 16; ++i) {
    const float* x = &out[2 * kOther + i / 8][i % 8 * 4];
    give[(1 + i) * kGroupThreads] = make_float4(x[0], x[1], x[2], x[3]);
  }
  __syncthreads();
  const float4 theirs = get[0];
  const float their_largest[2] = {theirs.x, theirs.y};
  const float their_sum[2] = {theirs.z, theirs.w};
  float own_factor[2];
  float their_factor[2];
#pragma unroll
  for (int half = 0; half < 2; ++half) {
    const float largest = fmaxf(state.largest[half], their_largest[half]);
    const auto weight = [&](float of) { return of == -INFINITY ? 0.f : tiles::power_of_two((of - largest) * scale); };
    own_factor[half] = weight(state.largest[half]);
    their_factor[half] = weight(their_largest[half]);
    const float sum = state.sum[half] * own_factor[half] + their_sum[half] * their_factor[half];
    own_factor[half] = sum > 0.f ? own_factor[half] / sum : 0.f;
    their_factor[half] = sum > 0.f ? their_factor[half] / sum : 0.f;
  }
#pragma unroll
  for (int first = 0; first < 16; first += 4) {
    float sums[4][4];
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      const float* own = &out[2 * kGroup + first / 8][(first + i) % 8 * 4];
      const float4 other = get[(1 + first + i) * kGroupThreads];
      sums[i][0] = own[0] * own_factor[0] + other.x * their_factor[0];
      sums[i][1] = own[1] * own_factor[0] + other.y * their_factor[0];
      sums[i][2] = own[2] * own_factor[1] + other.z * their_factor[1];
      sums[i][3] = own[3] * own_factor[1] + other.w * their_factor[1];
    }
    to.write(kGroup * 128 + first * 8, sums);
  }
}

/// Grid [row tiles, key heads, batches].
__global__ void __launch_bounds__(kThreads) prefix_attention(AttentionView view) {
#if defined(__CUDA_ARCH_FEAT_SM90_ALL)
  extern __shared__ char unaligned[];
  char* shared = unaligned + (-tiles::shared_address(unaligned) & 1023);
  const std::uint32_t queries = tiles::shared_address(shared);
  const int group = int(threadIdx.x) / kGroupThreads;
  const std::uint32_t key_place = queries + kQueryBytes + group * 2 * kPlaceBytes;
  const std::uint32_t value_place = key_place + kPlaceBytes;
  let_next_start();
  wait_for_previous();
  const RowTile tile = find_tile(view, int(blockIdx.x) * kRows);
  if (tile.first_row >= tile.rows) return;
  const int keys = live_count(view.live_own, view.own);
  const auto start_keys = [&](int first) {
    if (first < keys) copy_keys(tile.k, view.k_stride, first, keys, key_place);
    tiles::commit_copies();
  };
  const auto start_values = [&](int first) {
    if (first < keys) copy_keys(tile.v, view.v_stride, first, keys, value_place);
    tiles::commit_copies();
  };
  /// Until this warpgroup sees all its copies but the last begun.
  const auto await_copies = [&] {
    tiles::wait_for_copies<1>();
    warpgroup::publish_copies();
    warpgroup::sync_group(group);
  };

  copy_queries(view, tile, queries);
  tiles::commit_copies();
  start_keys(group * kKeys);
  start_values(group * kKeys);
  tiles::wait_for_copies<2>();
  warpgroup::publish_copies();
  __syncthreads();  // the queries

  const float scale = view.scale * tiles::kLog2E;
  RowState state;
  float out[kPanels][32] = {};
  for (int first = group * kKeys; first < keys; first += kGroups * kKeys) {
    const int next = first + kGroups * kKeys;
    float scores[kKeys / 2];
    std::uint32_t p[kKeys / 4];
    await_copies();
    score_tile(queries, key_place, scores);
    warpgroup::sync_group(group);  // all have read the keys
    start_keys(next);
    soften(scores, keys - first, scale, out, state, p);
    await_copies();
    mix_tile(p, value_place, out);
    warpgroup::sync_group(group);
    start_values(next);
  }
  tiles::wait_for_copies<0>();
  state.sum[0] = tiles::row_sum(state.sum[0]);
  state.sum[1] = tiles::row_sum(state.sum[1]);

  __syncthreads();  // what is swapped takes the place of queries and keys
  const OutputRows to(view, tile, int(threadIdx.x) % kGroupThreads / 32 * 16);
  float4* swap = reinterpret_cast<float4*>(shared);
  if (group == 0) {
    merge_and_write<0>(to, swap, scale, state, out);
  } else {
    merge_and_write<1>(to, swap, scale, state, out);
  }
#endif
}

}  // namespace

bool fits_prefix_attention(const AttentionView& view, int compute_capability) {
  return compute_capability == 90 && view.held_k == nullptr && view.head_dim == kDim && fits_tiled_attention(view);
}

void launch_prefix_attention(const AttentionView& view, cudaStream_t stream) {
  const int rows = view.queries << view.group_bits;
  const Shape shape{.grid = dim3(unsigned((rows + kRows - 1) / kRows), unsigned(view.kv_heads), unsigned(view.batches)),
                    .block = dim3(kThreads),
                    .shared_bytes = kSharedBytes};
  allow_shared_memory(prefix_attention, kSharedBytes);
  launch(prefix_attention, shape, stream, view);
}

}  // namespace awd::cuda
