// Reference row operations: LayerNorm, RMSNorm, rotary positions.
#include <cmath>

#include "backend/ref/ref_ops.h"
#include "backend/ref/rows.h"

namespace awd::ref {
namespace {
constexpr float kEpsilon = 1e-6f;  // of every norm of SigLIP and Gemma
}

void RefOps::layer_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, const Tensor& y) {
  AWD_CHECK(x.cols == y.cols && x.rows == y.rows && weight.cols == x.cols && bias.cols == x.cols);
  for (int r = 0; r < x.rows; ++r) {
    const float* from = row(x, r);
    float mean = 0.f;
    for (int c = 0; c < x.cols; ++c) mean += from[c] / float(x.cols);
    float variance = 0.f;
    for (int c = 0; c < x.cols; ++c) variance += (from[c] - mean) * (from[c] - mean) / float(x.cols);
    const float factor = 1.f / std::sqrt(variance + kEpsilon);
    for (int c = 0; c < x.cols; ++c) row(y, r)[c] = (from[c] - mean) * factor * row(weight, 0)[c] + row(bias, 0)[c];
  }
}

void RefOps::rms_norm(const Tensor& x, const Tensor& scale, const Tensor& shift, const Tensor& y) {
  AWD_CHECK(x.cols == y.cols && x.rows == y.rows && scale.cols == x.cols);
  for (int r = 0; r < x.rows; ++r) {
    const float* from = row(x, r);
    float mean_square = 0.f;
    for (int c = 0; c < x.cols; ++c) mean_square += from[c] * from[c] / float(x.cols);
    const float factor = 1.f / std::sqrt(mean_square + kEpsilon);
    for (int c = 0; c < x.cols; ++c) {
      row(y, r)[c] = from[c] * factor * row(scale, 0)[c] + (shift.empty() ? 0.f : row(shift, 0)[c]);
    }
  }
}

void RefOps::rope(const Tensor& x, const Tensor& angles) {
  const int half = angles.cols / 2;
  AWD_CHECK(x.rows == angles.rows && x.cols % angles.cols == 0, "{} columns, head of {}", x.cols, angles.cols);
  for (int r = 0; r < x.rows; ++r) {
    const float* cosines = row(angles, r);
    const float* sines = cosines + half;
    for (float* head = row(x, r); head < row(x, r) + x.cols; head += 2 * half) {
      for (int i = 0; i < half; ++i) {
        const float a = head[i];
        const float b = head[half + i];
        head[i] = a * cosines[i] - b * sines[i];
        head[half + i] = b * cosines[i] + a * sines[i];
      }
    }
  }
}

}  // namespace awd::ref
