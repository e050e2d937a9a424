// Packing of weights for the big_* kernels: rows reordered, and quantised where wanted.
#include <cuda_bf16.h>
#include <cuda_fp8.h>

#include <string>

#include "awd/error.h"
#include "backend/cuda/big_linear.h"
#include "backend/cuda/check.h"

namespace awd::cuda {
namespace {

constexpr float kLargestE4m3 = 448.f;

/// Which row of the source lies at packed row `at`. A product hands thread q of four columns 8 g + 2 q + e (e 0, 1) of
/// each 32 (g 0 .. 3). As its number j = 2 g + e they become column 16 (j / 4) + 4 q + j % 4: runs that the four store
/// side by side. Of gated weights, blocks of 32 gates and of the 32 rows they gate take turns.
__device__ int source_row(int at, int out, bool is_gated) {
  const int number = at % 32 / 8 * 2 + at % 2;
  const int within = number / 4 * 16 + at % 8 / 2 * 4 + number % 4;
  if (!is_gated) return at / 32 * 32 + within;
  return at / 64 * 32 + within + (at % 64 < 32 ? 0 : out / 2);
}

/// Where number i of this block's row goes: 128 bytes of all rows, then the next 128 of all.
__device__ std::size_t place_of(int i, int line) {
  return (std::size_t(i / line) * gridDim.x + blockIdx.x) * line + i % line;
}

__global__ void reorder(const __nv_bfloat16* from, int out, int in, bool is_gated, __nv_bfloat16* to, int stride) {
  const int row = source_row(int(blockIdx.x), out, is_gated);
  for (int i = int(threadIdx.x); i < stride; i += int(blockDim.x)) {
    const bool is_there = row < out && i < in;
    to[place_of(i, 64)] = is_there ? from[std::size_t(row) * in + i] : __nv_bfloat16(0.f);
  }
}

/// One warp per row: value = scale * stored, the largest stored value the largest there is.
__global__ void quantise(const __nv_bfloat16* from, int out, int in, bool is_gated, __nv_fp8_e4m3* to, int stride,
                         float* scales) {
  const int row = source_row(int(blockIdx.x), out, is_gated);
  float largest = 0.f;
  for (int i = int(threadIdx.x); row < out && i < in; i += 32) {
    largest = fmaxf(largest, fabsf(float(from[std::size_t(row) * in + i])));
  }
  for (int lane = 16; lane > 0; lane /= 2) largest = fmaxf(largest, __shfl_xor_sync(~0u, largest, lane));
  const float scale = largest > 0.f ? largest / kLargestE4m3 : 1.f;
  if (threadIdx.x == 0 && row < out) scales[row] = scale;
  for (int i = int(threadIdx.x); i < stride; i += 32) {
    const bool is_there = row < out && i < in;
    to[place_of(i, 128)] = __nv_fp8_e4m3(is_there ? float(from[std::size_t(row) * in + i]) / scale : 0.f);
  }
}

CudaBytes allocate(std::size_t bytes) {
  void* memory = nullptr;
  AWD_CUDA(cudaMalloc(&memory, bytes));
  return CudaBytes(static_cast<std::byte*>(memory));
}

}  // namespace

BigWeight pack_big(const BigSource& source) {
  if (!big_linear_fits(source.out, source.in, source.number, source.is_gated)) {
    throw Error("pack", "expected a weight of whole runs, got " + std::to_string(source.out) + " x " +
                            std::to_string(source.in));
  }
  const bool is_narrow = source.number == BigNumber::kE4m3;
  const int padded = padded_rows(source.out);
  const int line = is_narrow ? 128 : 64;  // numbers in 128 bytes
  const int stride = (source.in + line - 1) / line * line;
  const std::size_t bytes = std::size_t(padded) * std::size_t(stride) * (is_narrow ? 1 : 2);
  const std::size_t column_bytes = std::size_t(padded) * sizeof(float);

  BigWeight weight{};
  weight.out = source.out;
  weight.in = source.in;
  weight.stride = stride;
  weight.number = source.number;
  weight.is_gated = source.is_gated;
  weight.bytes = bytes + 2 * column_bytes;
  weight.values = allocate(bytes);
  weight.columns = allocate(2 * column_bytes);
  float* bias = reinterpret_cast<float*>(weight.columns.get());
  if (source.bias != nullptr) {
    AWD_CUDA(cudaMemcpy(bias, source.bias, std::size_t(source.out) * sizeof(float), cudaMemcpyDeviceToDevice));
    weight.bias = bias;
  }
  const auto* rows = static_cast<const __nv_bfloat16*>(source.rows);
  if (is_narrow) {
    weight.scales = bias + padded;
    quantise<<<padded, 32>>>(rows, source.out, source.in, source.is_gated,
                             reinterpret_cast<__nv_fp8_e4m3*>(weight.values.get()), stride, bias + padded);
  } else {
    reorder<<<padded, 128>>>(rows, source.out, source.in, source.is_gated,
                             reinterpret_cast<__nv_bfloat16*>(weight.values.get()), stride);
  }
  AWD_CUDA(cudaGetLastError());
  AWD_CUDA(cudaDeviceSynchronize());
  return weight;
}

}  // namespace awd::cuda
