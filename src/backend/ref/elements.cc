// Reference element-wise operations.
#include <cmath>

#include "backend/ref/ref_ops.h"
#include "backend/ref/rows.h"

namespace awd::ref {
namespace {

float gelu_tanh(float x) {
  constexpr float kSqrt2OverPi = 0.7978845608f;
  return 0.5f * x * (1.f + std::tanh(kSqrt2OverPi * (x + 0.044715f * x * x * x)));
}

template <class F>
void for_each(const Tensor& x, F&& f) {
  for (int r = 0; r < x.rows; ++r) {
    for (int c = 0; c < x.cols; ++c) f(row(x, r)[c], r, c);
  }
}

}  // namespace

void RefOps::gelu(const Tensor& x) {
  for_each(x, [](float& value, int, int) { value = gelu_tanh(value); });
}

void RefOps::silu(const Tensor& x) {
  for_each(x, [](float& value, int, int) { value = value / (1.f + std::exp(-value)); });
}

void RefOps::geglu(const Tensor& gate_up, const Tensor& out) {
  AWD_CHECK(gate_up.cols == 2 * out.cols && gate_up.rows == out.rows);
  for_each(out,
           [&](float& value, int r, int c) { value = gelu_tanh(row(gate_up, r)[c]) * row(gate_up, r)[out.cols + c]; });
}

void RefOps::add_scaled(const Tensor& x, const Tensor& y, float factor) {
  AWD_CHECK(x.rows == y.rows && x.cols == y.cols);
  for_each(x, [&](float& value, int r, int c) { value += factor * row(y, r)[c]; });
}

void RefOps::add_gated(const Tensor& x, const Tensor& y, const Tensor& gate) {
  AWD_CHECK(x.rows == y.rows && x.cols == y.cols && gate.cols == x.cols);
  for_each(x, [&](float& value, int r, int c) { value += row(y, r)[c] * row(gate, 0)[c]; });
}

}  // namespace awd::ref
