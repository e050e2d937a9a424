// Attention of many rows on the tensor cores of any chip since Ampere: the vision tower, and what the kernels for
// prefix and flow leave. bf16 in and out, f32 softmax and sums. A warp has 16 rows (see attention_rows.cuh), with their
// queries and outputs in registers, and goes over the keys with a running maximum and sum; tiles of keys come through
// shared memory, kStages at a time. With two groups of warps each sees one half of every tile, so that more warps hide
// each other's latency, and the halves are put together at the end.
#include "backend/cuda/attention_rows.cuh"
#include "backend/cuda/attention_tiles.cuh"
#include "backend/cuda/attention_view.h"
#include "backend/cuda/launch.h"

namespace awd::cuda {
namespace {

using tiles::bf16;

template <int kDim_, int kRows_, int kGroups_, int kKeys_, int kStages_, bool kHasHeld_>
struct TiledPlan {
  static constexpr int kDim = kDim_;  // head_dim or, with zeros behind it, a little more; a multiple of 16
  static constexpr int kRows = kRows_;
  static constexpr int kGroups = kGroups_;
  static constexpr int kKeys = kKeys_;  // of a group in a tile
  static constexpr int kStages = kStages_;
  static constexpr bool kHasHeld = kHasHeld_;  // may see held keys

  static constexpr int kGroupThreads = kRows / 16 * 32;
  static constexpr int kThreads = kGroupThreads * kGroups;
  static constexpr int kWarps = kThreads / 32;
  static constexpr int kTileKeys = kKeys * kGroups;
  static constexpr int kPitch = tiles::kPitch<kDim>;
  static constexpr int kSteps = kDim / 16;
  static constexpr int kTileBytes = kTileKeys * kPitch * 2;
  static constexpr int kQueryBytes = kRows * kPitch * 2;
  static constexpr int kSharedBytes = kQueryBytes + kStages * 2 * kTileBytes;
};

/// The keys of a block, held ones first.
struct KeyRows {
  int count;
  int held;
  const bf16* held_k;  // of this key head
  const bf16* held_v;

  __device__ explicit KeyRows(const AttentionView& view) {
    const int column = int(blockIdx.y) * view.head_dim;
    held = view.held_k == nullptr ? 0 : live_count(view.held_tokens, view.held_capacity);
    held_k = static_cast<const bf16*>(view.held_k) + column;
    held_v = static_cast<const bf16*>(view.held_v) + column;
    count = held + live_count(view.live_own, view.own);
  }
};

/// How threads share the copies of a tile's rows: one piece of 16 bytes of every kRound-th row each.
template <class Plan>
struct Piece {
  static constexpr int kPieces = Plan::kDim / 8;  // of a row
  static constexpr int kRowsOfWarp = 32 / kPieces;
  static constexpr int kRound = kRowsOfWarp * Plan::kWarps;
  static constexpr std::uint32_t kRoundBytes = kRound * Plan::kPitch * 2;
  static constexpr bool kAllLanesWork = kRowsOfWarp * kPieces == 32;
  int row = int(threadIdx.x) / 32 * kRowsOfWarp + int(threadIdx.x % 32) / kPieces;
  int column = int(threadIdx.x % 32) % kPieces * 8;
  bool works = kAllLanesWork || int(threadIdx.x % 32) < kRowsOfWarp * kPieces;
  std::uint32_t offset = std::uint32_t(row * Plan::kPitch + column) * 2;

  /// True if the piece of this thread's i-th row, of kRows, is there to copy.
  template <int kRows>
  __device__ bool has(int i) const {
    return (kAllLanesWork || works) && (kRows % kRound == 0 || row + i * kRound < kRows);
  }
};

/// Starts copies of the tile's queries; zeros behind the last row and column.
template <class Plan>
__device__ void copy_queries(const AttentionView& view, const RowTile& tile, std::uint32_t to) {
  const Piece<Plan> piece;
#pragma unroll
  for (int i = 0; i * piece.kRound < Plan::kRows; ++i) {
    if (!piece.template has<Plan::kRows>(i)) continue;
    const int row = tile.first_row + piece.row + i * piece.kRound;
    const bool is_real = row < tile.rows && piece.column < view.head_dim;
    tiles::copy_async(to + piece.offset + i * piece.kRoundBytes,
                      tile.q + row_offset(view, row, view.q_stride) + piece.column, is_real);
  }
}

/// Starts copies of a tile of keys and of values, likewise.
template <class Plan>
__device__ void copy_keys(const AttentionView& view, const RowTile& tile, const KeyRows& keys, int first_key,
                          std::uint32_t to) {
  const Piece<Plan> piece;
  const int first = first_key + piece.row;
  const int end_key = piece.column < view.head_dim ? keys.count : 0;
  const int held = Plan::kHasHeld ? keys.held : 0;
  const bf16* k = tile.k + std::ptrdiff_t(first - held) * view.k_stride + piece.column;
  const bf16* v = tile.v + std::ptrdiff_t(first - held) * view.v_stride + piece.column;
#pragma unroll
  for (int i = 0; i * piece.kRound < Plan::kTileKeys; ++i) {
    if (!piece.template has<Plan::kTileKeys>(i)) continue;
    const int key = first + i * piece.kRound;
    const bf16* from_k = k + i * piece.kRound * view.k_stride;
    const bf16* from_v = v + i * piece.kRound * view.v_stride;
    if (key < held) {
      const std::size_t at = std::size_t(key) * (view.kv_heads * view.head_dim) + piece.column;
      from_k = keys.held_k + at;
      from_v = keys.held_v + at;
    }
    const std::uint32_t there = to + piece.offset + i * piece.kRoundBytes;
    tiles::copy_async(there, from_k, key < end_key);
    tiles::copy_async(there + Plan::kTileBytes, from_v, key < end_key);
  }
}

/// Softmax so far of the two rows that a lane holds columns of, see tiles::multiply_add().
template <class Plan>
struct Running {
  float out[2 * Plan::kSteps][4] = {};  // 8 columns each
  float largest[2] = {-INFINITY, -INFINITY};
  float sum[2] = {};  // of this lane's keys alone
};

/// This group's keys of a tile: scores, softmax, values.
template <class Plan>
__device__ void add_tile(const std::uint32_t (&q)[Plan::kSteps][4], std::uint32_t keys, int count, float scale,
                         Running<Plan>& run) {
  if (count <= 0) return;
  constexpr int kKeyPairs = Plan::kKeys / 16;
  float scores[2 * kKeyPairs][4] = {};
  const std::uint32_t key_rows = keys + tiles::right_column<Plan::kDim>() * 2;
#pragma unroll
  for (int step = 0; step < Plan::kSteps; ++step) {
#pragma unroll
    for (int pair = 0; pair < kKeyPairs; ++pair) {
      std::uint32_t k[4];
      tiles::load_matrices(k, key_rows + (pair * 16 * Plan::kPitch + step * 16) * 2);
      tiles::multiply_add(scores[2 * pair], q[step], k[0], k[1]);
      tiles::multiply_add(scores[2 * pair + 1], q[step], k[2], k[3]);
    }
  }

  if (count < Plan::kKeys) {
#pragma unroll
    for (int i = 0; i < 8 * kKeyPairs; ++i) {
      const int key = i / 4 * 8 + int(threadIdx.x % 4) * 2 + i % 2;
      if (key >= count) scores[i / 4][i % 4] = -INFINITY;
    }
  }
  float kept[2];
#pragma unroll
  for (int half = 0; half < 2; ++half) {
    float largest = run.largest[half];
#pragma unroll
    for (int i = 0; i < 4 * kKeyPairs; ++i) largest = fmaxf(largest, scores[i / 2][2 * half + i % 2]);
    largest = tiles::row_max(largest);
    kept[half] = tiles::power_of_two((run.largest[half] - largest) * scale);
    const float shift = largest * scale;
    run.largest[half] = largest;
    run.sum[half] *= kept[half];
#pragma unroll
    for (int i = 0; i < 4 * kKeyPairs; ++i) {
      float& score = scores[i / 2][2 * half + i % 2];
      score = tiles::power_of_two(score * scale - shift);
      run.sum[half] += score;
    }
  }
  if (__any_sync(~0u, kept[0] != 1.f || kept[1] != 1.f)) {
#pragma unroll
    for (int i = 0; i < 8 * Plan::kSteps; ++i) run.out[i / 4][i % 4] *= kept[i / 2 % 2];
  }

  const std::uint32_t value_rows = keys + Plan::kTileBytes + tiles::left_row<Plan::kDim>() * 2;
#pragma unroll
  for (int pair = 0; pair < kKeyPairs; ++pair) {
    const auto& left = scores[2 * pair];
    const auto& right = scores[2 * pair + 1];
    const std::uint32_t p[4] = {tiles::pack(left[0], left[1]), tiles::pack(left[2], left[3]),
                                tiles::pack(right[0], right[1]), tiles::pack(right[2], right[3])};
#pragma unroll
    for (int step = 0; step < Plan::kSteps; ++step) {
      std::uint32_t v[4];
      tiles::load_matrices_transposed(v, value_rows + (pair * 16 * Plan::kPitch + step * 16) * 2);
      tiles::multiply_add(run.out[2 * step], p, v[0], v[1]);
      tiles::multiply_add(run.out[2 * step + 1], p, v[2], v[3]);
    }
  }
}

/// Adds the second group's half to the first's.
template <class Plan>
__device__ void merge_groups(float* shared, int group, float scale, Running<Plan>& run) {
  float* place = shared + threadIdx.x % Plan::kGroupThreads;  // element i at i kGroupThreads
  constexpr int kCount = 8 * Plan::kSteps;
  __syncthreads();  // it takes the place of keys
  if (group == 1) {
#pragma unroll
    for (int i = 0; i < kCount; ++i) place[i * Plan::kGroupThreads] = run.out[i / 4][i % 4];
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      place[(kCount + half) * Plan::kGroupThreads] = run.largest[half];
      place[(kCount + 2 + half) * Plan::kGroupThreads] = run.sum[half];
    }
  }
  __syncthreads();
  if (group == 1) return;
  float own[2];
  float theirs[2];
#pragma unroll
  for (int half = 0; half < 2; ++half) {
    const float other = place[(kCount + half) * Plan::kGroupThreads];
    const float largest = fmaxf(run.largest[half], other);
    own[half] = tiles::power_of_two((run.largest[half] - largest) * scale);  // the first group has seen a key
    theirs[half] = tiles::power_of_two((other - largest) * scale);
    run.sum[half] = run.sum[half] * own[half] + place[(kCount + 2 + half) * Plan::kGroupThreads] * theirs[half];
  }
#pragma unroll
  for (int i = 0; i < kCount; ++i) {
    float& out = run.out[i / 4][i % 4];
    out = out * own[i / 2 % 2] + place[i * Plan::kGroupThreads] * theirs[i / 2 % 2];
  }
}

/// Grid [row tiles, key heads, batches].
template <class Plan>
__global__ void __launch_bounds__(Plan::kThreads) tiled_attention(AttentionView view) {
  extern __shared__ __align__(128) char shared[];
  const std::uint32_t queries = tiles::shared_address(shared);
  const std::uint32_t ring = queries + Plan::kQueryBytes;
  let_next_start();
  wait_for_previous();
  const RowTile tile = find_tile(view, int(blockIdx.x) * Plan::kRows);
  if (tile.first_row >= tile.rows) return;
  const KeyRows keys(view);
  const int tile_count = (keys.count + Plan::kTileKeys - 1) / Plan::kTileKeys;
  const auto place_of = [&](int t) { return ring + std::uint32_t(t % Plan::kStages * 2 * Plan::kTileBytes); };
  const auto start_keys = [&](int t) {
    if (t < tile_count) copy_keys<Plan>(view, tile, keys, t * Plan::kTileKeys, place_of(t));
    tiles::commit_copies();
  };

  const int group = int(threadIdx.x) / Plan::kGroupThreads;
  const int warp = int(threadIdx.x) % Plan::kGroupThreads / 32;

  // Queries into registers, while the first keys are under way.
  copy_queries<Plan>(view, tile, queries);
  for (int t = 0; t < Plan::kStages - 1; ++t) start_keys(t);  // the first group holds the queries too
  tiles::wait_for_copies<Plan::kStages - 2>();
  __syncthreads();
  std::uint32_t q[Plan::kSteps][4];
  const std::uint32_t own_queries = queries + (warp * 16 * Plan::kPitch + tiles::left_row<Plan::kDim>()) * 2;
#pragma unroll
  for (int step = 0; step < Plan::kSteps; ++step) tiles::load_matrices(q[step], own_queries + step * 32);

  const float scale = view.scale * tiles::kLog2E;
  Running<Plan> run;
  for (int t = 0; t < tile_count; ++t) {
    tiles::wait_for_copies<Plan::kStages - 2>();
    __syncthreads();  // this tile is there for all, and all have done with the one before
    start_keys(t + Plan::kStages - 1);
    const int first = group * Plan::kKeys;
    add_tile<Plan>(q, place_of(t) + first * Plan::kPitch * 2, keys.count - t * Plan::kTileKeys - first, scale, run);
  }
  tiles::wait_for_copies<0>();

  if constexpr (Plan::kGroups == 2) {
    merge_groups<Plan>(reinterpret_cast<float*>(shared), group, scale, run);
    if (group == 1) return;
  }
  const OutputRows to(view, tile, warp * 16);
  float factor[2];
#pragma unroll
  for (int half = 0; half < 2; ++half) {
    const float sum = tiles::row_sum(run.sum[half]);
    factor[half] = sum > 0.f ? 1.f / sum : 0.f;
  }
#pragma unroll
  for (int i = 0; i < 2 * Plan::kSteps; ++i) {
    const auto& x = run.out[i];
    to.write(8 * i, {x[0] * factor[0], x[1] * factor[0], x[2] * factor[1], x[3] * factor[1]});
  }
}

template <class Plan>
void start(const AttentionView& view, cudaStream_t stream) {
  const int rows = view.queries << view.group_bits;
  const Shape shape{
      .grid = dim3(unsigned((rows + Plan::kRows - 1) / Plan::kRows), unsigned(view.kv_heads), unsigned(view.batches)),
      .block = dim3(Plan::kThreads),
      .shared_bytes = Plan::kSharedBytes};
  allow_shared_memory(tiled_attention<Plan>, Plan::kSharedBytes);
  launch(tiled_attention<Plan>, shape, stream, view);
}

// Two tiles are all keys of a vision head, and so are two groups.
using VisionPlan = TiledPlan<80, 64, 2, 64, 2, false>;
// 99 KiB, what the smaller chips have.
using PlainPlan = TiledPlan<256, 64, 1, 32, 2, true>;

}  // namespace

bool fits_tiled_attention(const AttentionView& view) {
  const auto is_aligned = [](const void* data, int stride) {
    return reinterpret_cast<std::size_t>(data) % 16 == 0 && stride % 8 == 0;
  };
  return view.key_share == nullptr && view.group_bits >= 0 && view.head_dim % 8 == 0 && view.head_dim <= 256 &&
         is_aligned(view.q, view.q_stride) && is_aligned(view.k, view.k_stride) && is_aligned(view.v, view.v_stride) &&
         is_aligned(view.out, view.out_stride);
}

void launch_tiled_attention(const AttentionView& view, cudaStream_t stream) {
  if (view.held_k == nullptr && view.head_dim <= VisionPlan::kDim) {
    start<VisionPlan>(view, stream);
  } else {
    start<PlainPlan>(view, stream);
  }
}

}  // namespace awd::cuda
