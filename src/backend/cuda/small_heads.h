// What the kernels of few rows are told of query, key and value heads.
#pragma once

#include <cuda_bf16.h>

#include "backend/cuda/small_linear.h"
#include "base/check.h"

namespace awd::cuda {

/// The first two are rotated; bf16.
struct HeadsView {
  struct Part {
    __nv_bfloat16* y;
    int stride;
    int out;
  };
  Part parts[3];
  const float* angles;  // [rows, 2 half]
  int angles_stride;
  int half;  // columns of half a head
};

inline HeadsView heads_of(const SmallQkv& args) {
  const SmallLayer& layer = *args.layer;
  HeadsView heads{};
  const Tensor* y[3] = {&args.q, &args.k, &args.v};
  for (int i = 0; i < 3; ++i) {
    const int out = layer.outs[std::size_t(i)];
    AWD_CHECK(out == 0 || (y[i]->cols == out && y[i]->dtype == DType::kBf16), "part {}: {} columns", i, y[i]->cols);
    heads.parts[i] = {static_cast<__nv_bfloat16*>(y[i]->data), y[i]->stride, out};
  }
  heads.angles = static_cast<const float*>(args.angles.data);
  heads.angles_stride = args.angles.stride;
  heads.half = layer.head_dim / 2;
  return heads;
}

}  // namespace awd::cuda
