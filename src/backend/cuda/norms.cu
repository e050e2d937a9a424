// Norms and rotary positions. A team of threads keeps a row in registers, so that it is read once and costs little more
// than its latency: a warp for the widths of the networks, whose sums need no barrier; a thread block for all others.
#include <cuda_fp8.h>

#include "backend/cuda/launch.h"
#include "backend/cuda/norms.h"
#include "backend/cuda/rows.cuh"

namespace awd::cuda {
namespace {

constexpr float kEpsilon = 1e-6f;  // of every norm of SigLIP and Gemma
constexpr int kWarp = 32;
constexpr int kMostThreads = 1024;

__device__ inline float warp_sum(float value) {
  for (int step = kWarp / 2; step > 0; step /= 2) value += __shfl_xor_sync(~0u, value, step);
  return value;
}

/// Each warp has a row.
struct WarpTeam {
  static constexpr int kRows = 4;  // of a thread block
  static __device__ int row() { return int(blockIdx.x) * kRows + int(threadIdx.x) / kWarp; }
  static __device__ int rank() { return int(threadIdx.x) % kWarp; }
  static __device__ int size() { return kWarp; }
  static __device__ float sum(float value) { return warp_sum(value); }
};

/// Each thread block has a row.
struct BlockTeam {
  static constexpr int kRows = 1;
  static __device__ int row() { return int(blockIdx.x); }
  static __device__ int rank() { return int(threadIdx.x); }
  static __device__ int size() { return int(blockDim.x); }
  static __device__ float sum(float value) {
    __shared__ float of_warp[kMostThreads / kWarp];
    value = warp_sum(value);
    __syncthreads();  // of_warp may still be read for the sum before
    if (threadIdx.x % kWarp == 0) of_warp[threadIdx.x / kWarp] = value;
    __syncthreads();
    float sum = 0.f;
    for (int warp = 0; warp < int(blockDim.x) / kWarp; ++warp) sum += of_warp[warp];
    return sum;
  }
};

/// How a thread holds its part of a row: kPieces pieces of kWidth neighbours, a team apart.
template <class Team_, int kWidth_, int kPieces_>
struct Share {
  using Team = Team_;
  static constexpr int kWidth = kWidth_, kPieces = kPieces_;
  float values[kPieces][kWidth];
  static __device__ int column(int piece) { return (piece * Team::size() + Team::rank()) * kWidth; }
};

template <class S>
__device__ void read_share(const float* row, int cols, S& share) {
#pragma unroll
  for (int p = 0; p < share.kPieces; ++p) {
    const int c = S::column(p);
    if constexpr (S::kWidth == 4) {
      const float4 four = c < cols ? *reinterpret_cast<const float4*>(row + c) : float4{};
      share.values[p][0] = four.x, share.values[p][1] = four.y, share.values[p][2] = four.z,
      share.values[p][3] = four.w;
    } else {
      share.values[p][0] = c < cols ? row[c] : 0.f;
    }
  }
}

template <class S, class T>
__device__ void write_share(const S& share, T* row, int cols) {
#pragma unroll
  for (int p = 0; p < share.kPieces; ++p) {
    const int c = S::column(p);
    if (c >= cols) continue;
    const float* v = share.values[p];
    if constexpr (sizeof(T) == 1) {
      static_assert(S::kWidth == 4);
      *reinterpret_cast<__nv_fp8x4_e4m3*>(row + c) = __nv_fp8x4_e4m3(make_float4(v[0], v[1], v[2], v[3]));
    } else if constexpr (S::kWidth == 4 && sizeof(T) == 2) {
      const __nv_bfloat162 low = __floats2bfloat162_rn(v[0], v[1]), high = __floats2bfloat162_rn(v[2], v[3]);
      *reinterpret_cast<uint2*>(row + c) =
          uint2{*reinterpret_cast<const unsigned*>(&low), *reinterpret_cast<const unsigned*>(&high)};
    } else {
      for (int i = 0; i < S::kWidth; ++i) row[c + i] = rounded<T>(v[i]);
    }
  }
}

/// Brings a row into L2: it may be a weight that nothing has read of late.
template <class S>
__device__ void fetch_ahead(const float* row, int cols) {
#pragma unroll
  for (int p = 0; p < S::kPieces; ++p) {
    const int c = S::column(p);
    if (c % 32 < S::kWidth && c < cols) asm volatile("prefetch.global.L2 [%0];" ::"l"(row + c));
  }
}

enum class Norm { kLayer, kRms };

/// y = ((x - mean) / sqrt(variance) * scale + shift) * y_factor; an RMS norm takes a mean of 0.
template <Norm kNorm, class S, class T>
__global__ void norm_kernel(Rows<const float> x, const float* scale, const float* shift, Rows<T> y, float y_factor) {
  let_next_start();
  fetch_ahead<S>(scale, x.cols);
  if (shift != nullptr) fetch_ahead<S>(shift, x.cols);
  wait_for_previous();
  const int r = S::Team::row();
  if (r >= x.count()) return;
  const int cols = x.cols;
  S row, scales, shifts = {};
  read_share(x.at(r), cols, row);
  read_share(scale, cols, scales);
  if (shift != nullptr) read_share(shift, cols, shifts);

  float mean = 0.f;
  if constexpr (kNorm == Norm::kLayer) {
    float sum = 0.f;
    for (const auto& piece : row.values) {
      for (const float v : piece) sum += v;
    }
    mean = S::Team::sum(sum) / float(cols);
  }
  float squares = 0.f;
#pragma unroll
  for (int p = 0; p < row.kPieces; ++p) {
    if (S::column(p) >= cols) continue;
    for (const float v : row.values[p]) squares += (v - mean) * (v - mean);
  }
  const float factor = rsqrtf(S::Team::sum(squares) / float(cols) + kEpsilon);
#pragma unroll
  for (int p = 0; p < row.kPieces; ++p) {
    for (int i = 0; i < S::kWidth; ++i) {
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

template <Norm kNorm, class S, class T>
void launch_norm(const Tensor& x, const Tensor& scale, const Tensor& shift, const Rows<T>& y, float y_factor,
                 int threads, cudaStream_t stream) {
  const dim3 grid(unsigned((x.rows + S::Team::kRows - 1) / S::Team::kRows));
  launch(norm_kernel<kNorm, S, T>, {.grid = grid, .block = dim3(unsigned(threads))}, stream, rows_of<const float>(x),
         rows_of<const float>(scale).data, rows_of<const float>(shift).data, y, y_factor);
}

/// With a block per row.
template <Norm kNorm, int kWidth, class T>
void norm_by_blocks(const Tensor& x, const Tensor& scale, const Tensor& shift, const Rows<T>& y, float y_factor,
                    cudaStream_t stream) {
  constexpr int kPieces = kWidth == 4 ? 2 : 8;
  const int threads = ((x.cols + kWidth * kPieces - 1) / (kWidth * kPieces) + kWarp - 1) / kWarp * kWarp;
  AWD_CHECK(threads <= kMostThreads, "a norm over {} columns", x.cols);
  launch_norm<kNorm, Share<BlockTeam, kWidth, kPieces>>(x, scale, shift, y, y_factor, threads, stream);
}

/// For rows that can be read four numbers at a time.
template <Norm kNorm, class T>
void norm_by_four(const Tensor& x, const Tensor& scale, const Tensor& shift, const Rows<T>& y, float y_factor,
                  cudaStream_t stream) {
  constexpr int kThreads = WarpTeam::kRows * kWarp;
  switch (x.cols) {  // the action expert, SigLIP, the language model
    case 1024:
      return launch_norm<kNorm, Share<WarpTeam, 4, 8>>(x, scale, shift, y, y_factor, kThreads, stream);
    case 1152:
      return launch_norm<kNorm, Share<WarpTeam, 4, 9>>(x, scale, shift, y, y_factor, kThreads, stream);
    case 2048:
      return launch_norm<kNorm, Share<WarpTeam, 4, 16>>(x, scale, shift, y, y_factor, kThreads, stream);
    default:
      return norm_by_blocks<kNorm, 4>(x, scale, shift, y, y_factor, stream);
  }
}

template <Norm kNorm>
void norm(const Tensor& x, const Tensor& scale, const Tensor& shift, const Tensor& y, cudaStream_t stream) {
  AWD_CHECK(x.cols == y.cols && x.rows == y.rows && scale.cols == x.cols && (shift.empty() || shift.cols == x.cols));
  if (x.rows == 0) return;
  const bool by_four = goes_by_four(x) && goes_by_four(scale) && goes_by_four(shift) && goes_by_four(y);
  with_type(y.dtype, [&]<class T>(T) {
    if (by_four) {
      norm_by_four<kNorm>(x, scale, shift, rows_of<T>(y), 1.f, stream);
    } else {
      norm_by_blocks<kNorm, 1>(x, scale, shift, rows_of<T>(y), 1.f, stream);
    }
  });
}

/// A thread turns one pair; a block has a row.
template <class T>
__global__ void rope_kernel(Rows<T> x, Rows<const float> angles) {
  let_next_start();
  wait_for_previous();
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
  norm_by_four<Norm::kRms>(x, scale, shift, narrow, 1.f / y_scale, stream);
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
