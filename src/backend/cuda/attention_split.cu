// Attention of few query rows over a held prefix, on tensor cores: what the flow does 18 times a step. bf16, head_dim
// 256, one key head, so that row r is query r / heads, head r % heads; heads are a power of two up to 16, so that tiles
// of rows hold whole queries. Ten queries and 550 keys are 0.5 MB to read and next to nothing to compute, so time is
// latency: the kBlocks blocks of a cluster share the keys of a tile of 16 or 32 rows, each with all of its keys in
// shared memory and no loop over them; held keys are on their way before the kernel in front has ended; and partial
// outputs are pushed into the shared memory of the block that ends them, which waits for their bytes and for no barrier
// of all blocks. Sums have a fixed order.
#include "backend/cuda/attention_split.cuh"
#include "backend/cuda/attention_tiles.cuh"
#include "backend/cuda/attention_view.h"
#include "backend/cuda/launch.h"

namespace awd::cuda {
namespace {

using namespace split;

/// Starts the copies of held rows, or of the others: own rows, and zeros behind the last.
template <bool kIsHeld>
__device__ void copy_rows(const KeyRange& range, const void* held, const void* own, int own_stride, int own_count,
                          std::uint32_t to) {
  const int held_rows = min(max(range.held - range.first, 0), range.rows);
  const int begin = kIsHeld ? 0 : held_rows;
  const int end = kIsHeld ? held_rows : range.rows;
  const int chunk = int(threadIdx.x % 32) * 8;
  for (int row = begin + int(threadIdx.x / 32); row < end; row += kWarps) {
    const std::size_t key = std::size_t(range.first + row);
    const bool is_real = kIsHeld || int(key) - range.held < own_count;
    const bf16* from = kIsHeld ? static_cast<const bf16*>(held) + key * kDim
                               : static_cast<const bf16*>(own) + (is_real ? (key - range.held) * own_stride : 0);
    tiles::copy_async(to + row * kRowBytes + chunk * 2, from + chunk, is_real);
  }
}

template <int kTiles>
__device__ void copy_queries(const AttentionView& view, int first_row, int rows, std::uint32_t to) {
  const int chunk = int(threadIdx.x % 32) * 8;
  for (int i = int(threadIdx.x / 32); i < 16 * kTiles; i += kWarps) {
    const int row = first_row + i;
    const bool is_real = row < rows;
    const std::size_t at = std::size_t(row >> view.group_bits) * view.q_stride + (row & (view.heads - 1)) * kDim;
    tiles::copy_async(to + i * kRowBytes + chunk * 2, static_cast<const bf16*>(view.q) + (is_real ? at : 0) + chunk,
                      is_real);
  }
}

/// Scores of this warp's 16 keys. Fragments are loaded some steps ahead and products form two chains per 8 keys, for
/// their latency.
template <int kTiles>
__device__ void score_keys(std::uint32_t q, std::uint32_t k, float (&scores)[kTiles][2][4]) {
  constexpr int kAhead = kTiles == 1 ? 8 : 4;
  float odd[kTiles][2][4] = {};
  q += tiles::left_row<kDim>() * 2;
  k += int(threadIdx.x / 32) * 16 * kRowBytes + tiles::right_column<kDim>() * 2;
#pragma unroll
  for (int first = 0; first < kDim / 16; first += kAhead) {
    std::uint32_t keys[kAhead][4];
    std::uint32_t queries[kAhead][kTiles][4];
#pragma unroll
    for (int i = 0; i < kAhead; ++i) {
      tiles::load_matrices(keys[i], k + (first + i) * 32);
#pragma unroll
      for (int tile = 0; tile < kTiles; ++tile) {
        tiles::load_matrices(queries[i][tile], q + tile * 16 * kRowBytes + (first + i) * 32);
      }
    }
#pragma unroll
    for (int i = 0; i < kAhead; ++i) {
#pragma unroll
      for (int tile = 0; tile < kTiles; ++tile) {
        auto& sums = i % 2 == 0 ? scores[tile] : odd[tile];
        tiles::multiply_add(sums[0], queries[i][tile], keys[i][0], keys[i][1]);
        tiles::multiply_add(sums[1], queries[i][tile], keys[i][2], keys[i][3]);
      }
    }
  }
#pragma unroll
  for (int i = 0; i < 8 * kTiles; ++i) scores[i / 8][i / 4 % 2][i % 4] += odd[i / 8][i / 4 % 2][i % 4];
}

/// Scores to probabilities relative to the block's largest, in `p`; the largest and the sums of each row to every
/// block.
template <int kTiles>
__device__ void block_softmax(const Layout<kTiles>& at, char* shared, const KeyRange& range, int count, float scale,
                              int rank, float (&scores)[kTiles][2][4]) {
  constexpr int kRows = Layout<kTiles>::kRows;
  const int warp = int(threadIdx.x / 32);
  const int lane_key = warp * 16 + int(threadIdx.x % 4) * 2;
  float* warp_max = reinterpret_cast<float*>(shared + at.warp_max);
  float* warp_sum = reinterpret_cast<float*>(shared + at.warp_sum);
  const auto row_of = [](int i) { return i / 2 * 16 + i % 2 * 8 + tiles::lane_row(); };
#pragma unroll
  for (int i = 0; i < 2 * kTiles; ++i) {
    float largest = -INFINITY;
#pragma unroll
    for (int j = 0; j < 4; ++j) {
      float& score = scores[i / 2][j / 2][i % 2 * 2 + j % 2];
      score = lane_key + j / 2 * 8 + j % 2 < count ? score * scale : -INFINITY;
      largest = fmaxf(largest, score);
    }
    largest = tiles::row_max(largest);
    if (threadIdx.x % 4 == 0) warp_max[warp * kRows + row_of(i)] = largest;
  }
  __syncthreads();
#pragma unroll
  for (int i = 0; i < 2 * kTiles; ++i) {
    const int row = row_of(i);
    float largest = warp_max[row];
    for (int w = 1; w < kWarps; ++w) largest = fmaxf(largest, warp_max[w * kRows + row]);
    const float shift = largest == -INFINITY ? 0.f : largest;
    float p[4];
#pragma unroll
    for (int j = 0; j < 4; ++j) p[j] = tiles::power_of_two(scores[i / 2][j / 2][i % 2 * 2 + j % 2] - shift);
    const float sum = tiles::row_sum(p[0] + p[1] + (p[2] + p[3]));
    if (threadIdx.x % 4 == 0) warp_sum[warp * kRows + row] = sum;
    if (warp * 16 >= range.rows) continue;
    bf16* to = reinterpret_cast<bf16*>(shared + at.p) + row * at.p_pitch + lane_key;
    *reinterpret_cast<std::uint32_t*>(to) = tiles::pack(p[0], p[1]);
    *reinterpret_cast<std::uint32_t*>(to + 8) = tiles::pack(p[2], p[3]);
  }
  __syncthreads();
#if __CUDA_ARCH__ >= 900
  tiles::cluster_wait();  // for the blocks that are about to be written to, to await it
  const int row = int(threadIdx.x) % kRows;
  const int to = int(threadIdx.x) / kRows;
  if (to < kBlocks) {
    float2 state{warp_max[row], warp_sum[row]};
    for (int w = 1; w < kWarps; ++w) {
      state.x = fmaxf(state.x, warp_max[w * kRows + row]);
      state.y += warp_sum[w * kRows + row];
    }
    const std::uint32_t base = tiles::address_in_block(tiles::shared_address(shared), to);
    tiles::store_in_block(base + at.state + (rank * kRows + row) * 8, state, base + at.arrived);
  }
#endif
}

/// This block's part of output columns 32 warp .. + 31, pushed to the blocks that end them: with two row tiles, the 8
/// columns n of tile t go to block 4 t + n; with one, half h of its rows to block 2 n + h.
template <int kTiles>
__device__ void mix_values(const Layout<kTiles>& at, std::uint32_t shared, const KeyRange& range, int rank) {
  float out[kTiles][4][4] = {};
  const std::uint32_t p = shared + at.p + ((threadIdx.x % 16) * at.p_pitch + threadIdx.x % 32 / 16 * 8) * 2;
  const std::uint32_t v = shared + at.v + tiles::left_row<kDim>() * 2 + threadIdx.x / 32 * 64;
#pragma unroll 4
  for (int key = 0; key < range.rows; key += 16) {
    std::uint32_t left[4];
    std::uint32_t right[4];
    tiles::load_matrices_transposed(left, v + key * kRowBytes);
    tiles::load_matrices_transposed(right, v + key * kRowBytes + 32);
#pragma unroll
    for (int tile = 0; tile < kTiles; ++tile) {
      std::uint32_t share[4];
      tiles::load_matrices(share, p + (tile * 16 * at.p_pitch + key) * 2);
      tiles::multiply_add(out[tile][0], share, left[0], left[1]);
      tiles::multiply_add(out[tile][1], share, left[2], left[3]);
      tiles::multiply_add(out[tile][2], share, right[0], right[1]);
      tiles::multiply_add(out[tile][3], share, right[2], right[3]);
    }
  }
#if __CUDA_ARCH__ >= 900
  const int slot = at.parts + (rank * kThreads + int(threadIdx.x)) * kTiles * 8;
#pragma unroll
  for (int to = 0; to < kBlocks; ++to) {
    const std::uint32_t there = tiles::address_in_block(shared, to);
    if constexpr (kTiles == 2) {
      const auto& x = out[to / 4][to % 4];
      tiles::store_in_block(there + slot, make_float4(x[0], x[1], x[2], x[3]), there + at.arrived);
    } else {
      const auto& x = out[0][to / 2];
      tiles::store_in_block(there + slot, make_float2(x[to % 2 * 2], x[to % 2 * 2 + 1]), there + at.arrived);
    }
  }
#endif
}

/// Adds up what all blocks have sent to this one, and writes it.
template <int kTiles>
__device__ void write_out(const AttentionView& view, const Layout<kTiles>& at, const char* shared, int rank,
                          int first_row, int rows) {
  const float2* state = reinterpret_cast<const float2*>(shared + at.state);
  const float2* parts = reinterpret_cast<const float2*>(shared + at.parts) + threadIdx.x * kTiles;
  const int n = kTiles == 2 ? rank % 4 : rank / 2;
  const int column = int(threadIdx.x / 32) * 32 + n * 8 + int(threadIdx.x % 4) * 2;
#pragma unroll
  for (int i = 0; i < kTiles; ++i) {
    const int row = tiles::lane_row() + (kTiles == 2 ? rank / 4 * 16 + i * 8 : rank % 2 * 8);
    const RowWeights weight(state, Layout<kTiles>::kRows, row);
    float2 sum{};
#pragma unroll
    for (int block = 0; block < kBlocks; ++block) {
      const float2 part = parts[block * kThreads * kTiles + i];
      sum.x += part.x * weight.of[block];
      sum.y += part.y * weight.of[block];
    }
    const int r = first_row + row;
    if (r >= rows) continue;
    bf16* to = static_cast<bf16*>(view.out) + std::size_t(r >> view.group_bits) * view.out_stride +
               (r & (view.heads - 1)) * kDim;
    *reinterpret_cast<std::uint32_t*>(to + column) = tiles::pack(sum.x, sum.y);
  }
}

/// Grid [row tiles * kBlocks]; a cluster is one row tile.
template <int kTiles>
__global__ void __launch_bounds__(kThreads) split_attention(AttentionView view, int room) {
#if __CUDA_ARCH__ >= 900
  extern __shared__ __align__(128) char shared[];
  const Layout<kTiles> at(room);
  const std::uint32_t base = tiles::shared_address(shared);
  const int rank = int(blockIdx.x) % kBlocks;
  const int first_row = int(blockIdx.x) / kBlocks * 16 * kTiles;
  const int rows = view.queries * view.heads;
  let_next_start();
  if (threadIdx.x == 0) tiles::expect_stores(base + at.arrived, Layout<kTiles>::kReceivedBytes);
  tiles::cluster_arrive();

  // Held keys are read before the kernel in front has ended: hold() lets no kernel behind it start before all of its
  // blocks have ended with a fence, so whatever runs this has them in L2, and copies of 16 bytes go past L1.
  const KeyRange range(view, rank);
  copy_rows<true>(range, view.held_k, nullptr, 0, 0, base + at.k);
  copy_rows<true>(range, view.held_v, nullptr, 0, 0, base + at.v);
  wait_for_previous();
  const int own = live_count(view.live_own, view.own);
  copy_queries<kTiles>(view, first_row, rows, base + at.q);
  copy_rows<false>(range, nullptr, view.k, view.k_stride, own, base + at.k);
  copy_rows<false>(range, nullptr, view.v, view.v_stride, own, base + at.v);
  tiles::commit_copies();
  tiles::wait_for_copies<0>();
  __syncthreads();

  float scores[kTiles][2][4] = {};
  if (int(threadIdx.x / 32) * 16 < range.rows) score_keys<kTiles>(base + at.q, base + at.k, scores);
  const int count = min(range.rows, range.held + own - range.first);
  block_softmax(at, shared, range, count, view.scale * tiles::kLog2E, rank, scores);
  mix_values(at, base, range, rank);
  tiles::wait_for_stores(base + at.arrived);
  const bool wants_shares = view.key_share != nullptr;
  const bool is_last = wants_shares && sum_shares(view, at, shared, range, rank, first_row, rows);
  write_out(view, at, shared, rank, first_row, rows);
  if (wants_shares && __syncthreads_or(is_last)) write_shares(view, range, rank);
#endif
}

template <int kTiles>
void start(const AttentionView& view, int row_tiles, cudaStream_t stream) {
  const int room = (view.most_keys + 16 * kBlocks - 1) / (16 * kBlocks) * 16;
  const Shape shape{.grid = dim3(unsigned(row_tiles * kBlocks)),
                    .block = dim3(kThreads),
                    .shared_bytes = std::size_t(Layout<kTiles>(room).total),
                    .cluster = kBlocks};
  allow_shared_memory(split_attention<kTiles>, shape.shared_bytes);
  launch(split_attention<kTiles>, shape, stream, view, room);
}

}  // namespace

bool fits_split_attention(const AttentionView& view, int compute_capability) {
  const auto is_aligned = [](const void* data, int stride) {
    return reinterpret_cast<std::size_t>(data) % 16 == 0 && stride % 8 == 0;
  };
  const bool has_clusters = compute_capability == 90 || compute_capability == 100;
  return has_clusters && view.held_k != nullptr && view.head_dim == kDim && view.group_bits >= 0 && view.heads <= 16 &&
         view.kv_heads == 1 && view.batches == 1 && view.live_queries == nullptr &&
         view.most_keys <= kMostKeys * kBlocks && is_aligned(view.q, view.q_stride) &&
         is_aligned(view.k, view.k_stride) && is_aligned(view.v, view.v_stride) &&
         is_aligned(view.out, view.out_stride);
}

void launch_split_attention(const AttentionView& view, cudaStream_t stream) {
  // Up to 80 rows (a horizon of 10) more blocks are faster than fewer reads; 50 actions fill 13 clusters of 32 rows.
  const int rows = view.queries * view.heads;
  if (rows <= 128) {
    start<1>(view, (rows + 15) / 16, stream);
  } else {
    start<2>(view, (rows + 31) / 32, stream);
  }
}

}  // namespace awd::cuda
