// How the reference loops reach the elements of a Tensor: everything in backend ref is f32.
#pragma once

#include "backend/tensor.h"
#include "base/check.h"

namespace awd::ref {

/// The first element of row `r`, which must exist.
inline float* row(const Tensor& tensor, int r) {
  AWD_CHECK(tensor.dtype == DType::kF32 && r >= 0 && r < tensor.rows, "row {} of {}", r, tensor.rows);
  return static_cast<float*>(tensor.data) + std::size_t(r) * std::size_t(tensor.stride);
}

}  // namespace awd::ref
