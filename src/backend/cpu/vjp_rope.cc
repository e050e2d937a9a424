// Gradient of a rotation: the rotation by the opposite angle.
#include "backend/cpu/rows.h"
#include "backend/cpu/vjp_ops.h"

namespace awd::cpu {

void CpuVjp::rope(const Tensor& d_x, const Tensor& angles) {
  AWD_CHECK(d_x.rows == angles.rows && d_x.cols % angles.cols == 0, "{} columns, head of {}", d_x.cols, angles.cols);
  const int half = angles.cols / 2;
  for_rows(d_x.rows, d_x.cols, [&](int r) {
    const float* cosines = row<float>(angles, r);
    const float* sines = cosines + half;
    float* first = row<float>(d_x, r);
    for (float* head = first; head < first + d_x.cols; head += 2 * half) {
#pragma omp simd
      for (int i = 0; i < half; ++i) {
        const float a = head[i];
        const float b = head[half + i];
        head[i] = a * cosines[i] + b * sines[i];
        head[half + i] = b * cosines[i] - a * sines[i];
      }
    }
  });
}

}  // namespace awd::cpu
