// A thread block takes one row of windows of one camera: adds its pixel rows up to column sums (integers, all loads of
// a thread in flight at once), those to window means. Blocks of the pooled grid go on to the differences from the
// anchor; the last of a camera to finish adds them up and posts the drifts. A 224 x 224 picture makes 28 + 16 blocks of
// 5 to 9 KB each, so two or three cameras fill the chip once and time is latency: about one read of memory, one ticket,
// one read of the 784 differences. Sums of floats are in the order of the CPU's gate: down each column, then across.
#include <math_constants.h>

#include <algorithm>

#include "awd/gate.h"
#include "backend/cuda/gate/look.h"
#include "backend/cuda/launch.h"

namespace awd::cuda {
namespace {

constexpr int kThreads = 256;
constexpr int kRowsAtOnce = 16;  // loads in flight; bytes of as many rows add up in 16 bits
constexpr int kChunk = 4 * kThreads;
constexpr int kColsOfThread = kMaxPictureWidth / kThreads;

/// A row of windows: which pixel rows, and how wide a window is.
struct Windows {
  int first_row, rows;
  int cols, n;  // pixel columns of a window, windows
  float scale;  // 1 / pixels of a window
};

/// Column sums of all bytes of a row, which come four at a time.
__device__ void sum_words(const LookCamera& camera, const Windows& w, unsigned* sums) {
  const int words = 3 * camera.width / 4;
  for (int i = int(threadIdx.x); i < words; i += kThreads) {
    const std::uint8_t* from = camera.data + w.first_row * camera.row_bytes + 4 * i;
    uint4 sum = {};
    for (int first = 0; first < w.rows; first += kRowsAtOnce) {
      unsigned word[kRowsAtOnce], even = 0, odd = 0;
#pragma unroll
      for (int k = 0; k < kRowsAtOnce; ++k) {
        word[k] = first + k < w.rows ? *reinterpret_cast<const unsigned*>(from + (first + k) * camera.row_bytes) : 0;
      }
#pragma unroll
      for (int k = 0; k < kRowsAtOnce; ++k) {
        even += word[k] & 0x00ff00ff;
        odd += word[k] >> 8 & 0x00ff00ff;
      }
      sum.x += even & 0xffff;
      sum.y += odd & 0xffff;
      sum.z += even >> 16;
      sum.w += odd >> 16;
    }
    reinterpret_cast<uint4*>(sums)[i] = sum;
  }
}

/// The same for any strides and widths.
__device__ void sum_bytes(const LookCamera& camera, const Windows& w, unsigned* sums) {
  for (int i = int(threadIdx.x); i < 3 * camera.width; i += kThreads) {
    const std::uint8_t* from =
        camera.data + w.first_row * camera.row_bytes + i / 3 * camera.col_bytes + i % 3 * camera.channel_bytes;
    unsigned sum = 0;
#pragma unroll 8
    for (int row = 0; row < w.rows; ++row) sum += from[row * camera.row_bytes];
    sums[i] = sum;
  }
}

__device__ void column_sums(const LookCamera& camera, const Windows& w, unsigned* sums) {
  const bool whole_words = camera.col_bytes == 3 && camera.channel_bytes == 1 && camera.width % 4 == 0 &&
                           camera.row_bytes % 4 == 0 && reinterpret_cast<std::uintptr_t>(camera.data) % 4 == 0;
  if (whole_words) {
    sum_words(camera, w, sums);
  } else {
    sum_bytes(camera, w, sums);
  }
  __syncthreads();
}

__device__ float window_mean(const Windows& w, const unsigned* sums, int window, int channel) {
  unsigned sum = 0;
  for (int k = 0; k < w.cols; ++k) sum += sums[3 * (window * w.cols + k) + channel];
  return float(sum) * w.scale;
}

/// One row of the patch grid.
__device__ void look_at_patches(const LookCamera& camera, int row, std::uint32_t message, unsigned* sums) {
  const int rows = camera.height / kPatchGrid, cols = camera.width / kPatchGrid;
  const Windows w{row * rows, rows, cols, kPatchGrid, 1.0f / float(rows * cols)};
  column_sums(camera, w, sums);
  const int i = int(threadIdx.x);
  if (i >= 3 * kPatchGrid) return;
  const int channel = i / kPatchGrid, col = i % kPatchGrid;
  post(camera.patches + (channel * kPatchGrid + row) * kPatchGrid + col, message, window_mean(w, sums, col, channel));
}

/// One row of the pooled grid: its means, and its differences from what is held; not a number where nothing is.
__device__ void look_at_cells(const LookCamera& camera, int row, int pool, unsigned* sums, float* parts) {
  const int rows = camera.height / pool, cols = camera.width / pool, cells = rows * cols;
  const Windows w{row * pool, pool, pool, cols, 1.0f / float(pool * pool)};
  column_sums(camera, w, sums);
  for (int i = int(threadIdx.x); i < 3 * cols; i += kThreads) {
    const int channel = i / cols, col = i % cols, cell = channel * cells + row * cols + col;
    const float mean = window_mean(w, sums, col, channel);
    camera.now[cell] = mean;
    parts[i] = camera.held != nullptr ? fabsf(mean - camera.held[cell]) : CUDART_NAN_F;
  }
  __syncthreads();
  for (int col = int(threadIdx.x); col < cols; col += kThreads) {
    camera.difference[row * cols + col] = parts[col] + parts[cols + col] + parts[2 * cols + col];
  }
}

/// Whether this block is the last of `blocks` to come here; what the others wrote before is then visible.
__device__ bool is_last(unsigned* ticket, unsigned blocks) {
  __shared__ bool last;
  __syncthreads();
  if (threadIdx.x == 0) {
    __threadfence();
    last = atomicAdd(ticket, 1u) + 1 == blocks;
    if (last) {
      *ticket = 0;
      __threadfence();
    }
  }
  __syncthreads();
  return last;
}

/// Sums of one column of the grid.
struct Column {
  float raw = 0, weighted = 0, largest = 0;
};

/// Adds up the differences of a camera and posts the drifts. `parts` has room for 2 * kChunk numbers and for three per
/// column.
__device__ void add_up(const LookCamera& camera, int pool, std::uint32_t message, float* parts) {
  const int rows = camera.height / pool, cols = camera.width / pool;
  const int rows_at_once = kChunk / cols, thread = int(threadIdx.x);
  float *difference = parts, *weight = parts + kChunk;
  Column columns[kColsOfThread];
  for (int first = 0; first < rows; first += rows_at_once) {
    const int chunk_rows = min(rows_at_once, rows - first), offset = first * cols;
    for (int i = thread; i < chunk_rows * cols; i += kThreads) {
      difference[i] = __ldcg(camera.difference + offset + i);
      weight[i] = camera.weight[offset + i];
    }
    __syncthreads();
#pragma unroll
    for (int k = 0; k < kColsOfThread; ++k) {
      const int col = thread + k * kThreads;
      if (col >= cols) break;
      Column& sum = columns[k];
      for (int i = col; i < chunk_rows * cols; i += cols) {
        sum.raw += difference[i];
        sum.weighted = __fmaf_rn(difference[i], weight[i], sum.weighted);
        sum.largest = fmaxf(sum.largest, difference[i]);
      }
    }
    __syncthreads();
  }
#pragma unroll
  for (int k = 0; k < kColsOfThread; ++k) {
    const int col = thread + k * kThreads;
    if (col >= cols) break;
    parts[col] = columns[k].raw;
    parts[cols + col] = columns[k].weighted;
    parts[2 * cols + col] = columns[k].largest;
  }
  __syncthreads();

  // One warp for each of the three.
  const int which = thread / 32;
  if (which >= 3 || thread % 32 != 0) return;
  double total = 0;
  for (int col = 0; col < cols; ++col) {
    const double part = parts[which * cols + col];
    total = which < 2 ? total + part : fmax(total, part);
  }
  post(camera.drift + which * kDoubleWords, message, total);
}

/// grid [rows of the pooled grid + of the patch grid, cameras]
__global__ void __launch_bounds__(kThreads) look(const __grid_constant__ LookArgs args) {
  __shared__ __align__(16) unsigned sums[3 * kMaxPictureWidth];
  __shared__ float parts[3 * kMaxPictureWidth];
  wait_for_previous();
  let_next_start();
  const LookCamera& camera = args.cameras[blockIdx.y];
  const int pooled_rows = camera.height / args.pool, row = int(blockIdx.x);
  if (row >= pooled_rows) {
    const int patch_row = row - pooled_rows;
    if (camera.patches != nullptr && patch_row < kPatchGrid) look_at_patches(camera, patch_row, args.message, sums);
    return;
  }
  look_at_cells(camera, row, args.pool, sums, parts);
  if (is_last(camera.ticket, unsigned(pooled_rows))) add_up(camera, args.pool, args.message, parts);
}

static_assert(2 * kChunk <= 3 * kMaxPictureWidth, "chunks lie in parts");

}  // namespace

void launch_look(const LookArgs& args, cudaStream_t stream) {
  int rows = 0;
  for (int c = 0; c < args.n_cameras; ++c) {
    const LookCamera& camera = args.cameras[c];
    rows = std::max(rows, camera.height / args.pool + (camera.patches != nullptr ? kPatchGrid : 0));
  }
  launch(look, {.grid = dim3(unsigned(rows), unsigned(args.n_cameras)), .block = dim3(kThreads)}, stream, args);
}

}  // namespace awd::cuda
