// Row operations on the device; arguments as in Ops.
#pragma once

#include <cuda_runtime.h>

#include "backend/tensor.h"

namespace awd::cuda {

void layer_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, const Tensor& y, cudaStream_t stream);
void rms_norm(const Tensor& x, const Tensor& scale, const Tensor& shift, const Tensor& y, cudaStream_t stream);
/// rms_norm() to e4m3 [rows, cols] at `y`, without gaps: value = y_scale * stored. For x that can be read four numbers
/// at a time.
void rms_norm_e4m3(const Tensor& x, const Tensor& scale, const Tensor& shift, void* y, float y_scale,
                   cudaStream_t stream);
void rope(const Tensor& x, const Tensor& angles, cudaStream_t stream);

}  // namespace awd::cuda
