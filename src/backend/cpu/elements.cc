// CPU element-wise operations.
#include "backend/cpu/elements.h"

#include "backend/cpu/cpu_ops.h"
#include "backend/cpu/rows.h"
#include "backend/cpu/vector_math.h"

namespace awd::cpu {
namespace {

template <class T>
[[gnu::always_inline]] inline void gelu_loop(T* __restrict x, int count) {
#pragma omp simd
  for (int i = 0; i < count; ++i) store(x[i], gelu_fast(load(x[i])));
}

template <class T>
[[gnu::always_inline]] inline void geglu_loop(const T* __restrict gate, const T* __restrict up, int count,
                                              T* __restrict out) {
#pragma omp simd
  for (int i = 0; i < count; ++i) store(out[i], gelu_fast(load(gate[i])) * load(up[i]));
}

AWD_KERNEL void gelu_row(float* x, int count) { gelu_loop(x, count); }
AWD_KERNEL void gelu_row(Bf16* x, int count) { gelu_loop(x, count); }

AWD_KERNEL void geglu_row(const float* gate, const float* up, int count, float* out) {
  geglu_loop(gate, up, count, out);
}
AWD_KERNEL void geglu_row(const Bf16* gate, const Bf16* up, int count, Bf16* out) { geglu_loop(gate, up, count, out); }

}  // namespace

void geglu(const Tensor& gate_up, const Tensor& out) {
  with_type(out.dtype, [&]<class T>(T) {
    for_rows(out.rows, out.cols, [&](int r) {
      const T* gate = row<T>(gate_up, r);
      geglu_row(gate, gate + out.cols, out.cols, row<T>(out, r));
    });
  });
}

void convert_rows(const Tensor& from, const Tensor& to) {
  with_type(from.dtype, [&]<class From>(From) {
    with_type(to.dtype, [&]<class To>(To) {
      for_rows(to.rows, to.cols, [&](int r) {
        const From* values = row<From>(from, r);
        To* out = row<To>(to, r);
        for (int c = 0; c < to.cols; ++c) store(out[c], load(values[c]));
      });
    });
  });
}

void CpuOps::gelu(const Tensor& x) {
  with_type(x.dtype, [&]<class T>(T) { for_rows(x.rows, x.cols, [&](int r) { gelu_row(row<T>(x, r), x.cols); }); });
}

void CpuOps::silu(const Tensor& x) {
  for_rows(x.rows, x.cols, [&](int r) {
    float* values = row<float>(x, r);
    for (int c = 0; c < x.cols; ++c) values[c] = values[c] / (1.f + exp_fast(-values[c]));
  });
}

void CpuOps::geglu(const Tensor& gate_up, const Tensor& out) {
  AWD_CHECK(gate_up.cols == 2 * out.cols && gate_up.rows == out.rows && gate_up.dtype == out.dtype);
  cpu::geglu(gate_up, out);
}

void CpuOps::add_scaled(const Tensor& x, const Tensor& y, float factor) {
  AWD_CHECK(x.rows == y.rows && x.cols == y.cols);
  for_rows(x.rows, x.cols, [&](int r) {
    float* to = row<float>(x, r);
    const float* from = row<float>(y, r);
    for (int c = 0; c < x.cols; ++c) to[c] += factor * from[c];
  });
}

void CpuOps::add_gated(const Tensor& x, const Tensor& y, const Tensor& gate) {
  AWD_CHECK(x.rows == y.rows && x.cols == y.cols && gate.cols == x.cols);
  const float* factors = row<float>(gate, 0);
  for_rows(x.rows, x.cols, [&](int r) {
    float* to = row<float>(x, r);
    const float* from = row<float>(y, r);
    for (int c = 0; c < x.cols; ++c) to[c] += factors[c] * from[c];
  });
}

}  // namespace awd::cpu
