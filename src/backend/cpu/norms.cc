// CPU row operations: LayerNorm, RMSNorm, rotary positions. Statistics are f32.
#include <cmath>

#include "backend/cpu/cpu_ops.h"
#include "backend/cpu/elements.h"
#include "backend/cpu/rows.h"
#include "backend/cpu/vector_math.h"

namespace awd::cpu {
namespace {

constexpr float kEpsilon = 1e-6f;  // of every norm of SigLIP and Gemma

struct Moments {
  float mean, factor;
};

AWD_KERNEL Moments layer_moments(const float* __restrict x, int count) {
  float sum = 0.f;
#pragma omp simd reduction(+ : sum)
  for (int i = 0; i < count; ++i) sum += x[i];
  const float mean = sum / float(count);
  float squares = 0.f;
#pragma omp simd reduction(+ : squares)
  for (int i = 0; i < count; ++i) squares += (x[i] - mean) * (x[i] - mean);
  return {mean, 1.f / std::sqrt(squares / float(count) + kEpsilon)};
}

AWD_KERNEL float rms_factor(const float* __restrict x, int count) {
  float squares = 0.f;
#pragma omp simd reduction(+ : squares)
  for (int i = 0; i < count; ++i) squares += x[i] * x[i];
  return 1.f / std::sqrt(squares / float(count) + kEpsilon);
}

/// y = (x - mean) * factor * scale + shift; `shift` may be nullptr.
template <class T>
[[gnu::always_inline]] inline void affine(const float* __restrict x, Moments m, const float* __restrict scale,
                                          const float* __restrict shift, int count, T* __restrict y) {
  if (shift == nullptr) {
    for (int i = 0; i < count; ++i) store(y[i], (x[i] - m.mean) * m.factor * scale[i]);
  } else {
    for (int i = 0; i < count; ++i) store(y[i], (x[i] - m.mean) * m.factor * scale[i] + shift[i]);
  }
}

AWD_KERNEL void affine_row(const float* x, Moments m, const float* scale, const float* shift, int count, float* y) {
  affine(x, m, scale, shift, count, y);
}

AWD_KERNEL void affine_row(const float* x, Moments m, const float* scale, const float* shift, int count, Bf16* y) {
  affine(x, m, scale, shift, count, y);
}

template <class T>
void rotate(const float* __restrict cosines, int half, int count, T* first) {
  const float* __restrict sines = cosines + half;
  for (T* head = first; head < first + count; head += 2 * half) {
#pragma omp simd
    for (int i = 0; i < half; ++i) {
      const float a = load(head[i]);
      const float b = load(head[half + i]);
      store(head[i], a * cosines[i] - b * sines[i]);
      store(head[half + i], b * cosines[i] + a * sines[i]);
    }
  }
}

}  // namespace

void rms_norm_row(const Tensor& x, const Tensor& scale, const Tensor& shift, const Tensor& y, int r) {
  const float* shift_row = shift.empty() ? nullptr : row<float>(shift, 0);
  const float* from = row<float>(x, r);
  const Moments moments{0.f, rms_factor(from, x.cols)};
  with_type(y.dtype,
            [&]<class T>(T) { affine_row(from, moments, row<float>(scale, 0), shift_row, x.cols, row<T>(y, r)); });
}

void rotate_row(const Tensor& x, const Tensor& angles, int r) {
  with_type(x.dtype, [&]<class T>(T) { rotate(row<float>(angles, r), angles.cols / 2, x.cols, row<T>(x, r)); });
}

void CpuOps::layer_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, const Tensor& y) {
  AWD_CHECK(x.cols == y.cols && x.rows == y.rows && weight.cols == x.cols && bias.cols == x.cols);
  with_type(y.dtype, [&]<class T>(T) {
    for_rows(x.rows, x.cols, [&](int r) {
      const float* from = row<float>(x, r);
      affine_row(from, layer_moments(from, x.cols), row<float>(weight, 0), row<float>(bias, 0), x.cols, row<T>(y, r));
    });
  });
}

void CpuOps::rms_norm(const Tensor& x, const Tensor& scale, const Tensor& shift, const Tensor& y) {
  AWD_CHECK(x.cols == y.cols && x.rows == y.rows && scale.cols == x.cols);
  for_rows(x.rows, x.cols, [&](int r) { rms_norm_row(x, scale, shift, y, r); });
}

void CpuOps::rope(const Tensor& x, const Tensor& angles) {
  AWD_CHECK(x.rows == angles.rows && x.cols % angles.cols == 0, "{} columns, head of {}", x.cols, angles.cols);
  for_rows(x.rows, x.cols, [&](int r) { rotate_row(x, angles, r); });
}

}  // namespace awd::cpu
