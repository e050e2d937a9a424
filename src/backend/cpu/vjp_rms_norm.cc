// Gradient of y = x f s, f = 1 / sqrt(mean(x^2) + epsilon): d_x = f (d_y s - x f^2 mean(d_y s x)).
#include <cmath>

#include "backend/cpu/rows.h"
#include "backend/cpu/vector_math.h"
#include "backend/cpu/vjp_ops.h"

namespace awd::cpu {
namespace {

constexpr float kEpsilon = 1e-6f;  // of every norm of Gemma

AWD_KERNEL void add_row(const float* __restrict x, const float* __restrict scale, const float* __restrict d_y,
                        int count, float* __restrict d_x) {
  float squares = 0.f;
  float product = 0.f;
#pragma omp simd reduction(+ : squares, product)
  for (int i = 0; i < count; ++i) {
    squares += x[i] * x[i];
    product += d_y[i] * scale[i] * x[i];
  }
  const float factor = 1.f / std::sqrt(squares / float(count) + kEpsilon);
  const float along_x = factor * factor * factor * product / float(count);
  for (int i = 0; i < count; ++i) d_x[i] += factor * d_y[i] * scale[i] - along_x * x[i];
}

}  // namespace

void CpuVjp::rms_norm(const Tensor& x, const Tensor& scale, const Tensor& d_y, const Tensor& d_x) {
  AWD_CHECK(x.rows == d_y.rows && x.cols == d_y.cols && d_x.rows == x.rows && d_x.cols == x.cols);
  AWD_CHECK(scale.cols == x.cols);
  for_rows(x.rows, x.cols, [&](int r) {
    add_row(row<float>(x, r), row<float>(scale, 0), row<float>(d_y, r), x.cols, row<float>(d_x, r));
  });
}

}  // namespace awd::cpu
