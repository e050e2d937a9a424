// Matrix products of any shape on any chip: what the tuned kernels do not take.
#pragma once

#include <cuda_runtime.h>

#include "backend/tensor.h"

namespace awd::cuda {

/// Weights as the plain kernels read them.
struct PlainWeight {
  const void* values = nullptr;  // [out, stride] of `dtype`, 0 behind column `in`
  const float* bias = nullptr;   // [out] or null
  int in = 0;
  int out = 0;
  int stride = 0;  // a multiple of 8
  DType dtype = DType::kF32;
};

enum class PlainResult {
  kStore,  // y = s
  kAdd,    // y += s; y f32
  kGelu,   // y = gelu(s)
  kGeglu   // y [., out / 2] = gelu(first half of s) * second half
};

/// y from s = x W^T + b; x of the weights' type, y f32 or bf16. Follows x.live_rows.
void run_plain(const Tensor& x, const PlainWeight& weight, PlainResult result, const Tensor& y, cudaStream_t stream);

/// The kernels behind it: of bf16 and f32 weights.
void run_plain_bf16(const Tensor& x, const PlainWeight& weight, PlainResult result, const Tensor& y,
                    cudaStream_t stream);
void run_plain_f32(const Tensor& x, const PlainWeight& weight, PlainResult result, const Tensor& y,
                   cudaStream_t stream);

}  // namespace awd::cuda
