// Gradient of gelu(gate) * up, and of the gated addition. gelu(g) = g s with s = sigmoid(2 u),
// u = sqrt(2 / pi) (g + 0.044715 g^3), so gelu'(g) = s + g s (1 - s) 2 u'.
#include "backend/cpu/rows.h"
#include "backend/cpu/vector_math.h"
#include "backend/cpu/vjp_ops.h"

namespace awd::cpu {
namespace {

AWD_KERNEL void geglu_row(const float* __restrict gate, const float* __restrict up, const float* __restrict d_out,
                          int count, float* __restrict d_gate, float* __restrict d_up) {
  constexpr float k2Sqrt2OverPi = 1.5957691216f;
  constexpr float kCubic = 0.044715f;
#pragma omp simd
  for (int i = 0; i < count; ++i) {
    const float g = gate[i];
    const float sigmoid = 1.f / (1.f + exp_fast(-k2Sqrt2OverPi * (g + kCubic * g * g * g)));
    const float slope = sigmoid + g * sigmoid * (1.f - sigmoid) * k2Sqrt2OverPi * (1.f + 3.f * kCubic * g * g);
    d_gate[i] = d_out[i] * up[i] * slope;
    d_up[i] = d_out[i] * g * sigmoid;
  }
}

}  // namespace

void CpuVjp::geglu(const Tensor& gate_up, const Tensor& d_out, const Tensor& d_gate_up) {
  const int n = d_out.cols;
  AWD_CHECK(gate_up.cols == 2 * n && d_gate_up.cols == 2 * n && gate_up.rows == d_out.rows);
  AWD_CHECK(d_gate_up.rows == d_out.rows);
  for_rows(d_out.rows, n, [&](int r) {
    const float* gate = row<float>(gate_up, r);
    float* d_gate = row<float>(d_gate_up, r);
    geglu_row(gate, gate + n, row<float>(d_out, r), n, d_gate, d_gate + n);
  });
}

void CpuVjp::add_gated(const Tensor& d_x, const Tensor& gate, const Tensor& d_y) {
  AWD_CHECK(d_x.rows == d_y.rows && d_x.cols == d_y.cols && gate.cols == d_x.cols);
  const float* factors = row<float>(gate, 0);
  for_rows(d_x.rows, d_x.cols, [&](int r) {
    const float* from = row<float>(d_x, r);
    float* to = row<float>(d_y, r);
    for (int c = 0; c < d_x.cols; ++c) to[c] = from[c] * factors[c];
  });
}

}  // namespace awd::cpu
