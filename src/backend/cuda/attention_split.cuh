// The plan of attention_split.cu: who holds what, and the shares of the held keys that it can give on the way.
#pragma once

#include <cuda_bf16.h>

#include "backend/cuda/attention_tiles.cuh"
#include "backend/cuda/attention_view.h"

namespace awd::cuda::split {

using tiles::bf16;

constexpr int kBlocks = 8;  // of a cluster; 8 is what every chip that has clusters can do
constexpr int kWarps = 8;   // 32 output columns each
constexpr int kThreads = 32 * kWarps;
constexpr int kDim = 256;
constexpr int kPitch = tiles::kPitch<kDim>;
constexpr int kMostKeys = 16 * kWarps;  // of a block: one unit of 16 per warp
constexpr int kRowBytes = kPitch * 2;

/// Where things lie in shared memory, in bytes. `keys` is a multiple of 16.
template <int kTiles>
struct Layout {
  static constexpr int kRows = 16 * kTiles;
  int k, v, q, p, warp_max, warp_sum, state, parts, arrived, total;
  static constexpr int kReceivedBytes = kBlocks * kRows * 8 + kBlocks * kThreads * kTiles * 8;  // state and parts
  int p_pitch;                                                                                  // elements

  __host__ __device__ explicit Layout(int keys) {
    p_pitch = keys + 8;
    k = 0;
    v = k + keys * kRowBytes;
    q = v + keys * kRowBytes;
    p = q + kRows * kRowBytes;                          // [rows, keys] bf16, relative to this block's largest score
    warp_max = p + kRows * p_pitch * 2;                 // [warps, rows] f32
    warp_sum = warp_max + kWarps * kRows * 4;           // likewise
    state = warp_sum + kWarps * kRows * 4;              // [blocks, rows] (largest, sum), from every block
    parts = state + kBlocks * kRows * 8;                // [blocks, threads] kTiles float2: partial outputs
    arrived = parts + kBlocks * kThreads * kTiles * 8;  // the barrier that counts both
    total = arrived + 16;
  }
};

/// Which keys this block sees. The number of own keys is their room: how many live is known too late to share them out.
struct KeyRange {
  int held;  // tokens
  int each;  // keys of a block, a multiple of 16
  int first;
  int rows;  // of shared memory to fill, a multiple of 16

  __device__ KeyRange(const AttentionView& view, int rank) {
    // By the L2, where hold() has left it before any kernel behind it started.
    held = min(__ldcg(view.held_tokens), view.held_capacity);
    const int keys = held + view.own;
    each = (keys + 16 * kBlocks - 1) / (16 * kBlocks) * 16;
    first = rank * each;
    rows = max(0, min(each, (keys - first + 15) / 16 * 16));
  }
};

/// What a row's part of each block counts: its largest score against the largest of all, over the sum of all.
struct RowWeights {
  float of[kBlocks];

  __device__ RowWeights(const float2* state, int rows, int row) {
    float largest = -INFINITY;
    for (int block = 0; block < kBlocks; ++block) largest = fmaxf(largest, state[block * rows + row].x);
    float sum = 0.f;
#pragma unroll
    for (int block = 0; block < kBlocks; ++block) {
      const float2 part = state[block * rows + row];
      of[block] = part.x == -INFINITY ? 0.f : tiles::power_of_two(part.x - largest);
      sum += part.y * of[block];
    }
    const float factor = sum > 0.f ? 1.f / sum : 0.f;
#pragma unroll
    for (int block = 0; block < kBlocks; ++block) of[block] *= factor;
  }
};

/// Where the sums of one row tile and row of key_share lie in view.scratch, [tiles, share rows, keys].
__device__ inline float* share_part(const AttentionView& view, int tile, int share_row) {
  return view.scratch + (std::size_t(tile) * view.share_rows + share_row) * view.most_keys;
}

/// Sums of the probabilities of this block's held keys over the rows of the tile, into view.scratch. Answers, to thread
/// 0, whether those of all tiles are there: the blocks of one rank count themselves.
template <int kTiles>
__device__ bool sum_shares(const AttentionView& view, const Layout<kTiles>& at, char* shared, const KeyRange& range,
                           int rank, int first_row, int rows) {
  constexpr int kRows = Layout<kTiles>::kRows;
  float* weights = reinterpret_cast<float*>(shared + at.warp_max);
  if (threadIdx.x < kRows) {
    const RowWeights weight(reinterpret_cast<const float2*>(shared + at.state), kRows, int(threadIdx.x));
    float own = 0.f;
#pragma unroll
    for (int block = 0; block < kBlocks; ++block) own = block == rank ? weight.of[block] : own;
    weights[threadIdx.x] = first_row + int(threadIdx.x) < rows ? own : 0.f;
  }
  __syncthreads();
  const int held_rows = min(max(range.held - range.first, 0), range.rows);
  const int heads_apart = view.share_rows == 1 ? 1 : view.heads;  // rows of one share row
  for (int key = int(threadIdx.x) % kMostKeys; key < held_rows; key += kMostKeys) {
    for (int head = int(threadIdx.x) / kMostKeys; head < view.share_rows; head += kThreads / kMostKeys) {
      const bf16* p = reinterpret_cast<const bf16*>(shared + at.p) + key;
      float sum = 0.f;
#pragma unroll 8
      for (int row = head; row < kRows; row += heads_apart) {
        sum += __bfloat162float(p[row * at.p_pitch]) * weights[row];
      }
      share_part(view, int(blockIdx.x) / kBlocks, head)[range.first + key] = sum;
    }
  }
  __threadfence();
  __syncthreads();
  const unsigned last = gridDim.x / kBlocks - 1;
  return threadIdx.x == 0 && atomicInc(view.tickets + rank, last) == last;
}

/// Adds up the tiles' sums of this block's keys, in the order of the tiles.
__device__ inline void write_shares(const AttentionView& view, const KeyRange& range, int rank) {
  constexpr int kAtOnce = 8;  // loads under way
  const int tile_count = int(gridDim.x) / kBlocks;
  const int end = rank == kBlocks - 1 ? view.share_cols : min(range.first + range.each, view.share_cols);
  const float scale = float(view.share_rows) / float(view.queries * view.heads);
  __threadfence();
  for (int key = range.first + int(threadIdx.x) % kMostKeys; key < end; key += kMostKeys) {
    for (int head = int(threadIdx.x) / kMostKeys; head < view.share_rows; head += kThreads / kMostKeys) {
      float sum = 0.f;
      for (int tile = 0; tile < tile_count; tile += kAtOnce) {
        float part[kAtOnce];
#pragma unroll
        for (int i = 0; i < kAtOnce; ++i) {
          const bool is_real = tile + i < tile_count && key < range.held;
          part[i] = is_real ? __ldcg(share_part(view, tile + i, head) + key) : 0.f;
        }
#pragma unroll
        for (int i = 0; i < kAtOnce; ++i) sum += part[i];
      }
      view.key_share[std::size_t(head) * view.share_stride + key] = sum * scale;
    }
  }
}

}  // namespace awd::cuda::split
