// A thread block first makes the whole 16 x 16 map of its camera (a thread per patch; every block of a camera does the
// same, which is cheaper than a second kernel), then a part of the weights: the largest of the resized map's values in
// the window around a cell, resized again for every window, since 25 windows of a 28 x 28 grid are few. Once per full
// query, so nothing here is tuned. Sums and roundings are those of the CPU (engine/importance_maps.cc,
// gate/importance_weight.cc).
#include <algorithm>

#include "backend/cuda/gate/importance.h"
#include "backend/cuda/launch.h"

namespace awd::cuda {
namespace {

constexpr int kPatches = kPatchGrid * kPatchGrid;
constexpr int kThreads = kPatches;

/// The two source cells that one target cell lies between, and the share of the second.
struct Lerp {
  int low, high;
  float share;
};

__device__ Lerp lerp_at(int target, int targets) {
  const float centre = __fsub_rn(__fdiv_rn((float(target) + 0.5f) * float(kPatchGrid), float(targets)), 0.5f);
  const float clamped = fmaxf(centre, 0.0f);
  const int low = min(int(clamped), kPatchGrid - 1);
  return {low, min(low + 1, kPatchGrid - 1), clamped - float(low)};
}

__device__ float between(float low, float high, float share) { return __fmaf_rn(share, high - low, low); }

/// The map at cell (row, col) of a grid of [rows, cols].
__device__ float resized(const float* map, int row, int rows, int col, int cols) {
  const Lerp y = lerp_at(row, rows), x = lerp_at(col, cols);
  const float* above = map + y.low * kPatchGrid;
  const float* below = map + y.high * kPatchGrid;
  return between(between(above[x.low], above[x.high], x.share), between(below[x.low], below[x.high], x.share), y.share);
}

/// Relevance of a camera's patches over their sum; even where all are 0. One thread adds up, in the CPU's order.
__device__ float share_of_sum(const WeighArgs& args, const WeighCamera& camera, float* relevance, double* total) {
  const int patch = int(threadIdx.x);
  const float* column = args.relevance + camera.first_token + patch;
  float sum = 0;
#pragma unroll 4
  for (int row = 0; row < args.relevance_rows; ++row) sum += column[row * args.stride];
  relevance[patch] = sum;
  __syncthreads();
  if (patch == 0) {
    double all = 0;
    for (int i = 0; i < kPatches; ++i) all += double(relevance[i]);
    *total = all;
  }
  __syncthreads();
  // Not `total <= 0`: a sum that is not a number must show in the map.
  return *total == 0 ? 1.0f / kPatches : float(__ddiv_rn(double(sum), *total));
}

/// grid [parts of the pooled grid, cameras]
__global__ void __launch_bounds__(kThreads) weigh(const __grid_constant__ WeighArgs args) {
  __shared__ float relevance[kPatches], map[kPatches];
  __shared__ double total;
  wait_for_previous();
  let_next_start();
  const int patch = int(threadIdx.x);
  const WeighCamera& camera = args.cameras[blockIdx.y];
  float value = 0;
  if (camera.present) {
    value = args.is_map ? args.relevance[int(blockIdx.y) * args.stride + patch]
                        : share_of_sum(args, camera, relevance, &total);
  }
  map[patch] = value;
  if (blockIdx.x == 0) post(camera.mail + patch, args.message, value);
  __syncthreads();
  if (!camera.present) return;

  const int reach = args.dilation / 2, cells = camera.rows * camera.cols;
  for (int cell = int(blockIdx.x) * kThreads + patch; cell < cells; cell += int(gridDim.x) * kThreads) {
    const int row = cell / camera.cols, col = cell % camera.cols;
    float largest = 0;
    for (int r = max(row - reach, 0); r <= min(row + reach, camera.rows - 1); ++r) {
      for (int c = max(col - reach, 0); c <= min(col + reach, camera.cols - 1); ++c) {
        largest = fmaxf(largest, resized(map, r, camera.rows, c, camera.cols));
      }
    }
    camera.weight[cell] = largest;
  }
}

}  // namespace

void launch_weigh(const WeighArgs& args, cudaStream_t stream) {
  int cells = kThreads;
  for (int c = 0; c < args.n_cameras; ++c) cells = std::max(cells, args.cameras[c].rows * args.cameras[c].cols);
  const unsigned parts = std::min(64u, unsigned(cells + kThreads - 1) / kThreads);
  launch(weigh, {.grid = dim3(parts, unsigned(args.n_cameras)), .block = dim3(kThreads)}, stream, args);
}

}  // namespace awd::cuda
