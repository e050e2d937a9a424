// What the plain kernels do with a finished sum.
#pragma once

#include "backend/cuda/plain_linear.h"
#include "backend/cuda/rows.cuh"

namespace awd::cuda {

/// Where the sums of a product go.
struct PlainTarget {
  void* y = nullptr;
  int stride = 0;
  DType dtype = DType::kF32;
  PlainResult result = PlainResult::kStore;
  const float* bias = nullptr;

  __device__ float biased(float sum, int output) const { return bias == nullptr ? sum : sum + bias[output]; }

  /// s of a row and output.
  __device__ void put(int row, int output, float sum) const {
    const float s = biased(sum, output);
    const std::size_t at = std::size_t(row) * std::size_t(stride) + std::size_t(output);
    if (result == PlainResult::kAdd) {
      static_cast<float*>(y)[at] += s;
      return;
    }
    store(at, result == PlainResult::kGelu ? gelu_tanh(s) : s);
  }
  /// Column `unit` of a gated product of `units` columns.
  __device__ void put_gated(int row, int unit, int units, float gate_sum, float up_sum) const {
    const float value = gelu_tanh(biased(gate_sum, unit)) * biased(up_sum, units + unit);
    store(std::size_t(row) * std::size_t(stride) + std::size_t(unit), value);
  }

 private:
  __device__ void store(std::size_t at, float value) const {
    if (dtype == DType::kF32) {
      static_cast<float*>(y)[at] = value;
    } else {
      static_cast<Brain*>(y)[at] = __float2bfloat16_rn(value);
    }
  }
};

inline PlainTarget target_of(const Tensor& y, const PlainWeight& weight, PlainResult result) {
  return {y.data, y.stride, y.dtype, result, weight.bias};
}

}  // namespace awd::cuda
