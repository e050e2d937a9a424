// f32 products of any shape, sums in f32 by fused multiply-adds: the layers at the ends of the network that are kept
// in f32, and all layers of a device that computes in f32. Many rows: tiles of 64 x 64 through shared memory, 4 x 4
// sums a thread. Few rows: a warp per output, its lanes along K, so that one output column alone keeps 32 lanes busy.
#include "backend/cuda/launch.h"
#include "backend/cuda/plain_result.cuh"

namespace awd::cuda {
namespace {

constexpr int kWarp = 32;

struct Product {
  Rows<const float> x;
  const float* weight;
  int out;
  int weight_stride;
  bool is_gated;
  PlainTarget target;
  __device__ const float* weights_of(int output) const {
    return weight + std::size_t(output) * std::size_t(weight_stride);
  }
};

// --- many rows
constexpr int kTile = 64;
constexpr int kSlice = 16;  // of K
constexpr int kSide = 16;   // threads along each side of a tile
constexpr int kPad = 4;     // keeps columns of a slice in different banks, and rows 16-byte aligned
constexpr int kEach = kTile / kSide;

/// The weights' row for column `c` of a tile; gated: of each 4 columns, two are gates and two what they gate. < 0:
/// there is none.
__device__ int weight_row(const Product& p, int c) {
  if (!p.is_gated) {
    const int row = int(blockIdx.y) * kTile + c;
    return row < p.out ? row : -1;
  }
  const int unit = int(blockIdx.y) * (kTile / 2) + c / 4 * 2 + c % 2;
  return unit < p.out / 2 ? unit + (c % 4 < 2 ? 0 : p.out / 2) : -1;
}

/// What a thread fetches of a slice: element (row + i * kSide, column) of x's and of the weights' tile.
struct Fetched {
  float x[kEach], w[kEach];
};

__device__ Fetched fetch(const Product& p, int rows, int first_row, int first_k) {
  const int column = int(threadIdx.x) % kSide, row = int(threadIdx.x) / kSide;
  const int k = first_k + column;
  Fetched fetched;
#pragma unroll
  for (int i = 0; i < kEach; ++i) {
    const int c = row + i * kSide;
    const int from_w = weight_row(p, c);
    const int from_x = first_row + c;
    fetched.x[i] = from_x < rows && k < p.x.cols ? p.x.at(from_x)[k] : 0.f;
    fetched.w[i] = from_w >= 0 && k < p.x.cols ? p.weights_of(from_w)[k] : 0.f;
  }
  return fetched;
}

/// A thread's 4 x 4 sums, of neighbouring rows and columns, to their place.
__device__ void put_sums(const Product& p, int rows, int first_row, const float (&sums)[kEach][kEach]) {
  const int column = int(threadIdx.x) % kSide * kEach, row = int(threadIdx.x) / kSide * kEach;
#pragma unroll
  for (int i = 0; i < kEach; ++i) {
    const int r = first_row + row + i;
    if (r >= rows) break;
#pragma unroll
    for (int j = 0; j < kEach; ++j) {
      const int output = weight_row(p, column + j);
      if (output < 0) continue;
      if (!p.is_gated) {
        p.target.put(r, output, sums[i][j]);
      } else if (j < kEach / 2) {
        p.target.put_gated(r, output, p.out / 2, sums[i][j], sums[i][j + kEach / 2]);
      }
    }
  }
}

__global__ void __launch_bounds__(kSide* kSide) tiled_f32_kernel(Product p) {
  __shared__ __align__(16) float x_slice[kSlice][kTile + kPad];
  __shared__ __align__(16) float w_slice[kSlice][kTile + kPad];
  wait_for_previous();
  let_next_start();
  const int rows = p.x.count();
  const int first_row = int(blockIdx.x) * kTile;
  if (first_row >= rows) return;
  const int column = int(threadIdx.x) % kSide, row = int(threadIdx.x) / kSide;
  float sums[kEach][kEach] = {};
  Fetched next = fetch(p, rows, first_row, 0);
  for (int first = 0; first < p.x.cols; first += kSlice) {
#pragma unroll
    for (int i = 0; i < kEach; ++i) {
      x_slice[column][row + i * kSide] = next.x[i];
      w_slice[column][row + i * kSide] = next.w[i];
    }
    __syncthreads();
    if (first + kSlice < p.x.cols) next = fetch(p, rows, first_row, first + kSlice);
#pragma unroll
    for (int s = 0; s < kSlice; ++s) {
      const float4 a4 = *reinterpret_cast<const float4*>(&x_slice[s][row * kEach]);
      const float4 b4 = *reinterpret_cast<const float4*>(&w_slice[s][column * kEach]);
      const float a[] = {a4.x, a4.y, a4.z, a4.w}, b[] = {b4.x, b4.y, b4.z, b4.w};
#pragma unroll
      for (int i = 0; i < kEach * kEach; ++i) sums[i / kEach][i % kEach] += a[i / kEach] * b[i % kEach];
    }
    __syncthreads();
  }
  put_sums(p, rows, first_row, sums);
}

// --- few rows
constexpr int kWarps = 4;  // of a block
constexpr int kRowsAtOnce = 8;

/// sums[r] = weights . x of row first + r, in every lane.
__device__ void dot_rows(const Product& p, const float* weights, int first, int rows, float (&sums)[kRowsAtOnce]) {
  for (float& sum : sums) sum = 0.f;
  for (int k = int(threadIdx.x) % kWarp; k < p.x.cols; k += kWarp) {
    const float w = weights[k];
#pragma unroll
    for (int r = 0; r < kRowsAtOnce; ++r) sums[r] += w * (first + r < rows ? p.x.at(first + r)[k] : 0.f);
  }
#pragma unroll
  for (float& sum : sums) {
    for (int step = kWarp / 2; step > 0; step /= 2) sum += __shfl_xor_sync(~0u, sum, step);
  }
}

__global__ void __launch_bounds__(kWarp* kWarps) thin_f32_kernel(Product p) {
  wait_for_previous();
  let_next_start();
  const int rows = p.x.count();
  const int outputs = p.is_gated ? p.out / 2 : p.out;
  const int output = int(blockIdx.x) * kWarps + int(threadIdx.x) / kWarp;
  if (output >= outputs) return;
  for (int first = 0; first < rows; first += kRowsAtOnce) {
    float sums[kRowsAtOnce], ups[kRowsAtOnce];
    dot_rows(p, p.weights_of(output), first, rows, sums);
    if (p.is_gated) dot_rows(p, p.weights_of(outputs + output), first, rows, ups);
    const int lane = int(threadIdx.x) % kWarp;
#pragma unroll
    for (int r = 0; r < kRowsAtOnce; ++r) {  // a loop with a lane's own index would put the sums into memory
      if (lane != r || first + r >= rows) continue;
      if (p.is_gated) {
        p.target.put_gated(first + r, output, outputs, sums[r], ups[r]);
      } else {
        p.target.put(first + r, output, sums[r]);
      }
    }
  }
}

}  // namespace

void run_plain_f32(const Tensor& x, const PlainWeight& weight, PlainResult result, const Tensor& y,
                   cudaStream_t stream) {
  const bool is_gated = result == PlainResult::kGeglu;
  const Product product{
      rows_of<const float>(x),     static_cast<const float*>(weight.values), weight.out, weight.stride, is_gated,
      target_of(y, weight, result)};
  const int outputs = is_gated ? weight.out / 2 : weight.out;
  constexpr int kThinRows = 64;
  if (x.rows <= kThinRows) {
    const dim3 grid(unsigned((outputs + kWarps - 1) / kWarps));
    launch(thin_f32_kernel, {.grid = grid, .block = dim3(kWarp * kWarps)}, stream, product);
    return;
  }
  const int columns = is_gated ? kTile / 2 : kTile;
  const dim3 grid(unsigned((x.rows + kTile - 1) / kTile), unsigned((outputs + columns - 1) / columns));
  launch(tiled_f32_kernel, {.grid = grid, .block = dim3(kSide * kSide)}, stream, product);
}

void run_plain(const Tensor& x, const PlainWeight& weight, PlainResult result, const Tensor& y, cudaStream_t stream) {
  const int columns = result == PlainResult::kGeglu ? weight.out / 2 : weight.out;
  AWD_CHECK(x.cols == weight.in && y.cols == columns && x.rows == y.rows && x.dtype == weight.dtype,
            "{} x {} by {} x {}, {} columns out", x.rows, x.cols, weight.out, weight.in, y.cols);
  AWD_CHECK(result != PlainResult::kAdd || y.dtype == DType::kF32);
  if (x.rows == 0) return;
  if (weight.dtype == DType::kF32) {
    run_plain_f32(x, weight, result, y, stream);
  } else {
    run_plain_bf16(x, weight, result, y, stream);
  }
}

}  // namespace awd::cuda
