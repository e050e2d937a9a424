// Row loops that more than one operation needs.
#pragma once

#include "backend/cpu/host_memory.h"
#include "backend/tensor.h"

namespace awd::cpu {

/// out [rows, n] = gelu(left half) * right half of gate_up [rows, 2 n]; one type.
void geglu(const Tensor& gate_up, const Tensor& out);

/// to = from, in the type of `to`.
void convert_rows(const Tensor& from, const Tensor& to);

/// Row r of Ops::rms_norm().
void rms_norm_row(const Tensor& x, const Tensor& scale, const Tensor& shift, const Tensor& y, int r);

/// Row r of Ops::rope().
void rotate_row(const Tensor& x, const Tensor& angles, int r);

/// A contiguous matrix in `scratch`, uninitialised.
inline Tensor take_tensor(Scratch& scratch, int rows, int cols, DType dtype) {
  return {scratch.take(std::size_t(rows) * std::size_t(cols) * bytes_of(dtype)), rows, cols, cols, dtype};
}

}  // namespace awd::cpu
