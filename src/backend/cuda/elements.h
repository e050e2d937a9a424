// Element-wise operations on the device; arguments as in Ops.
#pragma once

#include <cuda_runtime.h>

#include "backend/tensor.h"

namespace awd::cuda {

void gelu(const Tensor& x, cudaStream_t stream);
void silu(const Tensor& x, cudaStream_t stream);
void geglu(const Tensor& gate_up, const Tensor& out, cudaStream_t stream);
void add_scaled(const Tensor& x, const Tensor& y, float factor, cudaStream_t stream);
void add_gated(const Tensor& x, const Tensor& y, const Tensor& gate, cudaStream_t stream);

}  // namespace awd::cuda
