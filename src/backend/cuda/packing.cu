// Conversion of stored numbers to the type that a layer is kept in: a thread per number.
#include <cuda_fp16.h>

#include <algorithm>

#include "backend/cuda/launch.h"
#include "backend/cuda/packing.h"
#include "backend/cuda/rows.cuh"

namespace awd::cuda {
namespace {

constexpr int kThreads = 256;

template <class From, class To>
__global__ void convert_kernel(const From* from, int cols, Rows<To> to) {
  wait_for_previous();
  const int column = int(blockIdx.x) * kThreads + int(threadIdx.x);
  if (column >= to.cols) return;
  for (int r = int(blockIdx.y); r < to.rows; r += int(gridDim.y)) {
    const float value = column < cols ? float(from[std::size_t(r) * std::size_t(cols) + std::size_t(column)]) : 0.f;
    to.at(r)[column] = rounded<To>(value);
  }
}

template <class From>
void convert_from(const void* from, int cols, const Tensor& to, cudaStream_t stream) {
  const dim3 grid(unsigned((to.cols + kThreads - 1) / kThreads), unsigned(std::min(to.rows, 65535)));
  with_type(to.dtype, [&]<class To>(To) {
    launch(convert_kernel<From, To>, {.grid = grid, .block = dim3(kThreads)}, stream, static_cast<const From*>(from),
           cols, rows_of<To>(to));
  });
}

}  // namespace

void convert_rows(FloatFormat format, const void* from, int rows, int cols, const Tensor& to, cudaStream_t stream) {
  AWD_CHECK(rows == to.rows && cols <= to.cols);
  switch (format) {
    case FloatFormat::kF32:
      return convert_from<float>(from, cols, to, stream);
    case FloatFormat::kF16:
      return convert_from<__half>(from, cols, to, stream);
    case FloatFormat::kBf16:
      return convert_from<Brain>(from, cols, to, stream);
  }
}

}  // namespace awd::cuda
