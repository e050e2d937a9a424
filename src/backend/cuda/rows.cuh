// How kernels see a Tensor: typed rows, of which some may not be live.
#pragma once

#include <cuda_bf16.h>
#include <cuda_runtime.h>

#include "backend/tensor.h"

namespace awd::cuda {

using Brain = __nv_bfloat16;

template <class T>
struct Rows {
  T* data = nullptr;
  int rows = 0;
  int cols = 0;
  int stride = 0;
  const int* live = nullptr;

  bool empty() const { return data == nullptr; }
  __device__ T* at(int r) const { return data + std::size_t(r) * std::size_t(stride); }
  /// Rows that count; after wait_for_previous().
  __device__ int count() const { return live == nullptr ? rows : min(rows, *live); }
};

template <class T>
inline constexpr DType kTypeOf = sizeof(T) == 4 ? DType::kF32 : DType::kBf16;

/// `tensor` as rows of T, which must be its type; no rows of an empty one.
template <class T>
Rows<T> rows_of(const Tensor& tensor) {
  AWD_CHECK(tensor.empty() || tensor.dtype == kTypeOf<T>, "a tensor of another type");
  return {static_cast<T*>(tensor.data), tensor.rows, tensor.cols, tensor.stride, tensor.live_rows};
}

/// Calls `body` with an element of the type, to be read by decltype.
template <class F>
void with_type(DType dtype, F&& body) {
  if (dtype == DType::kF32) {
    body(float{});
  } else {
    body(Brain{});
  }
}

template <class T>
__device__ inline T rounded(float value) {
  if constexpr (sizeof(T) == 4) {
    return value;
  } else {
    return __float2bfloat16_rn(value);
  }
}

/// tanh approximation of GELU; tanh from the exponential, which stays finite.
__device__ inline float gelu_tanh(float x) {
  constexpr float kTwoSqrt2OverPi = 2.f * 0.7978845608f;
  return x / (1.f + __expf(-kTwoSqrt2OverPi * (x + 0.044715f * x * x * x)));
}

}  // namespace awd::cuda
