// Norms and rotary positions. A norm is a thread block per row that keeps the row in registers: it is read once, and
// the block is as wide as the row, so that a row of 1,000 to 2,000 numbers costs little more than its latency.
#include <cuda_fp8.h>

#include "backend/cuda/launch.h"
#include "backend/cuda/norms.h"
#include "backend/cuda/rows.cuh"

namespace awd::cuda {
namespace {

constexpr float kEpsilon = 1e-6f;  // of every norm of SigLIP and Gemma
constexpr int kWarp = 32;
constexpr int kMostThreads = 1024;

/// How a thread holds its part of a row: kPieces pieces of kWidth neighbours, a block apart.
template <int kWidth_>
struct Share {
  static constexpr int kWidth = kWidth_;
  static constexpr int kPieces = kWidth == 4 ? 2 : 8;
  float values[kPieces][kWidth];
};

__device__ inline int first_column(int piece, int width) {
  return (piece * int(blockDim.x) + int(threadIdx.x)) * width;
}

template <int kWidth>
__device__ void read_share(const float* row, int cols, Share<kWidth>& share) {
#pragma unroll
  for (int p = 0; p < share.kPieces; ++p) {
    const int c = first_column(p, kWidth);
    if constexpr (kWidth == 4) {
      const float4 four = c < cols ? *reinterpret_cast<const float4*>(row + c) : float4{};
      share.values[p][0] = four.x, share.values[p][1] = four.y, share.values[p][2] = four.z,
      share.values[p][3] = four.w;
    } else {
      share.values[p][0] = c < cols ? row[c] : 0.f;
    }
  }
}

template <int kWidth, class T>
__device__ void write_share(const Share<kWidth>& share, T* row, int cols) {
#pragma unroll
  for (int p = 0; p < share.kPieces; ++p) {
    const int c = first_column(p, kWidth);
    if (c >= cols) continue;
    const float* v = share.values[p];
    if constexpr (sizeof(T) == 1) {
      static_assert(kWidth == 4);
      *reinterpret_cast<__nv_fp8x4_e4m3*>(row + c) = __nv_fp8x4_e4m3(make_float4(v[0], v[1], v[2], v[3]));
    } else if constexpr (kWidth == 4 && sizeof(T) == 2) {
      const __nv_bfloat162 low = __floats2bfloat162_rn(v[0], v[1]), high = __floats2bfloat162_rn(v[2], v[3]);
      *reinterpret_cast<uint2*>(row + c) =
          uint2{*reinterpret_cast<const unsigned*>(&low), *reinterpret_cast<const unsigned*>(&high)};
    } else {
      for (int i = 0; i < kWidth; ++i) row[c + i] = rounded<T>(v[i]);
    }
  }
}

/// The sum over the block; the same bits in every thread.
__device__ float block_sum(float value) {
  __shared__ float of_warp[kMostThreads / kWarp];
  for (int step = kWarp / 2; step > 0; step /= 2) value += __shfl_xor_sync(~0u, value, step);
  __syncthreads();  // of_warp may still be read for the sum before
  if (threadIdx.x % kWarp == 0) of_warp[threadIdx.x / kWarp] = value;
  __syncthreads();
  float sum = 0.f;
  for (int warp = 0; warp < int(blockDim.x) / kWarp; ++warp) sum += of_warp[warp];
  return sum;
}

enum class Norm { kLayer, kRms };

/// y = ((x - mean) / sqrt(variance) * scale + shift) * y_factor; an RMS norm takes a mean of 0.
template <Norm kNorm, int kWidth, class T>
__global__ void norm_kernel(Rows<const float> x, const float* scale, const float* shift, Rows<T> y, float y_factor) {
  wait_for_previous();
  let_next_start();
  const int r = int(blockIdx.x);
  if (r >= x.count()) return;
  const int cols = x.cols;
  Share<kWidth> row, scales, shifts = {};
  read_share(x.at(r), cols, row);
  read_share(scale, cols, scales);
  if (shift != nullptr) read_share(shift, cols, shifts);

  float mean = 0.f;
  if constexpr (kNorm == Norm::kLayer) {
    float sum = 0.f;
    for (const auto& piece : row.values) {
      for (const float v : piece) sum += v;
    }
    mean = block_sum(sum) / float(cols);
  }
  float squares = 0.f;
#pragma unroll
  for (int p = 0; p < row.kPieces; ++p) {
    if (first_column(p, kWidth) >= cols) continue;
    for (const float v : row.values[p]) squares += (v - mean) * (v - mean);
  }
  const float factor = rsqrtf(block_sum(squares) / float(cols) + kEpsilon);
#pragma unroll
  for (int p = 0; p < row.kPieces; ++p) {
    for (int i = 0; i < kWidth; ++i) {
      float& v = row.values[p][i];
      v = ((v - mean) * factor * scales.values[p][i] + shifts.values[p][i]) * y_factor;
    }
  }
  write_share(row, y.at(r), cols);
}

/// True where rows can be read four numbers at a time.
bool goes_by_four(const Tensor& tensor) {
  return tensor.empty() || (tensor.cols % 4 == 0 && tensor.stride % 4 == 0 &&
                            reinterpret_cast<std::uintptr_t>(tensor.data) % (4 * bytes_of(tensor.dtype)) == 0);
}

template <Norm kNorm, int kWidth, class T>
void norm_of_width(const Tensor& x, const Tensor& scale, const Tensor& shift, const Rows<T>& y, float y_factor,
                   cudaStream_t stream) {
  constexpr int kPerThread = kWidth * Share<kWidth>::kPieces;
  const int threads = ((x.cols + kPerThread - 1) / kPerThread + kWarp - 1) / kWarp * kWarp;
  AWD_CHECK(threads <= kMostThreads, "a norm over {} columns", x.cols);
  launch(norm_kernel<kNorm, kWidth, T>, {.grid = dim3(unsigned(x.rows)), .block = dim3(unsigned(threads))}, stream,
         rows_of<const float>(x), rows_of<const float>(scale).data, rows_of<const float>(shift).data, y, y_factor);
}

template <Norm kNorm>
void norm(const Tensor& x, const Tensor& scale, const Tensor& shift, const Tensor& y, cudaStream_t stream) {
  AWD_CHECK(x.cols == y.cols && x.rows == y.rows && scale.cols == x.cols && (shift.empty() || shift.cols == x.cols));
  if (x.rows == 0) return;
  const bool by_four = goes_by_four(x) && goes_by_four(scale) && goes_by_four(shift) && goes_by_four(y);
  with_type(y.dtype, [&]<class T>(T) {
    if (by_four) {
      norm_of_width<kNorm, 4, T>(x, scale, shift, rows_of<T>(y), 1.f, stream);
    } else {
      norm_of_width<kNorm, 1, T>(x, scale, shift, rows_of<T>(y), 1.f, stream);
    }
  });
}

/// A thread turns one pair; a block has a row.
template <class T>
__global__ void rope_kernel(Rows<T> x, Rows<const float> angles) {
  wait_for_previous();
  let_next_start();
  const int r = int(blockIdx.x);
  if (r >= x.count()) return;
  const int half = angles.cols / 2;
  for (int pair = int(threadIdx.x); pair < x.cols / 2; pair += int(blockDim.x)) {
    const int i = pair % half;
    const float cosine = angles.at(r)[i], sine = angles.at(r)[half + i];
    T* head = x.at(r) + pair / half * 2 * half;
    const float a = float(head[i]), b = float(head[half + i]);
    head[i] = rounded<T>(a * cosine - b * sine);
    head[half + i] = rounded<T>(b * cosine + a * sine);
  }
}

}  // namespace

void layer_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, const Tensor& y, cudaStream_t stream) {
  norm<Norm::kLayer>(x, weight, bias, y, stream);
}

void rms_norm(const Tensor& x, const Tensor& scale, const Tensor& shift, const Tensor& y, cudaStream_t stream) {
  norm<Norm::kRms>(x, scale, shift, y, stream);
}

void rms_norm_e4m3(const Tensor& x, const Tensor& scale, const Tensor& shift, void* y, float y_scale,
                   cudaStream_t stream) {
  AWD_CHECK(goes_by_four(x) && goes_by_four(scale) && goes_by_four(shift) && scale.cols == x.cols);
  if (x.rows == 0) return;
  const Rows<__nv_fp8_e4m3> narrow{static_cast<__nv_fp8_e4m3*>(y), x.rows, x.cols, x.cols, x.live_rows};
  norm_of_width<Norm::kRms, 4>(x, scale, shift, narrow, 1.f / y_scale, stream);
}

void rope(const Tensor& x, const Tensor& angles, cudaStream_t stream) {
  AWD_CHECK(x.rows == angles.rows && x.cols % angles.cols == 0, "{} columns, head of {}", x.cols, angles.cols);
  if (x.rows == 0) return;
  constexpr int kThreads = 256;
  with_type(x.dtype, [&]<class T>(T) {
    launch(rope_kernel<T>, {.grid = dim3(unsigned(x.rows)), .block = dim3(kThreads)}, stream, rows_of<T>(x),
           rows_of<const float>(angles));
  });
}

}  // namespace awd::cuda
