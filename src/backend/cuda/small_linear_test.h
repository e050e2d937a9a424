// For tests of products of few rows: matrices on the device, numbers of 8 bits, and the same sums in double.
#pragma once

#include <cuda_bf16.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <random>
#include <vector>

#include "backend/cuda/check.h"
#include "backend/cuda/small_linear.h"

namespace awd::cuda {

/// Numbers on the device and, as they are there (rounded), on the host.
class Matrix {
 public:
  Matrix() = default;
  Matrix(int rows, int cols, DType dtype, int padding = 0) : rows_(rows), dtype_(dtype) {
    tensor_ = {nullptr, rows, cols, cols + padding, dtype};
    AWD_CUDA(cudaMalloc(&tensor_.data, bytes()));
    AWD_CUDA(cudaMemset(tensor_.data, kPoison, bytes()));
    device_.reset(static_cast<std::byte*>(tensor_.data));
  }
  static Matrix random(int rows, int cols, DType dtype, float mean, float spread, unsigned seed, int padding = 0) {
    Matrix m(rows, cols, dtype, padding);
    std::mt19937 engine(seed);
    std::normal_distribution<float> normal(mean, spread);
    std::vector<float> values(std::size_t(rows * m.tensor_.stride));
    for (float& v : values) v = normal(engine);
    m.upload(values);
    return m;
  }

  const Tensor& tensor() const { return tensor_; }
  /// [rows, stride]
  std::vector<float> values() const {
    std::vector<float> result(std::size_t(rows_) * std::size_t(tensor_.stride));
    std::vector<std::byte> raw(bytes());
    AWD_CUDA(cudaMemcpy(raw.data(), tensor_.data, bytes(), cudaMemcpyDeviceToHost));
    for (std::size_t i = 0; i < result.size(); ++i) {
      result[i] = dtype_ == DType::kF32 ? reinterpret_cast<const float*>(raw.data())[i]
                                        : float(reinterpret_cast<const __nv_bfloat16*>(raw.data())[i]);
    }
    return result;
  }

 private:
  static constexpr int kPoison = 0x7f;  // as a number: huge, in both types

  std::size_t bytes() const { return std::size_t(rows_) * std::size_t(tensor_.stride) * bytes_of(dtype_); }
  void upload(const std::vector<float>& values) {
    std::vector<__nv_bfloat16> rounded(values.begin(), values.end());
    const void* from = dtype_ == DType::kF32 ? static_cast<const void*>(values.data()) : rounded.data();
    AWD_CUDA(cudaMemcpy(tensor_.data, from, bytes(), cudaMemcpyHostToDevice));
  }

  int rows_ = 0;
  DType dtype_ = DType::kF32;
  Tensor tensor_;
  std::unique_ptr<std::byte, SmallLayer::Release> device_;
};

inline SmallRows source_rows(const Matrix& w) { return {w.tensor().data, w.tensor().rows}; }

using Rows = std::vector<std::vector<double>>;

inline Rows rows_of(const Matrix& m) {
  const std::vector<float> values = m.values();
  Rows rows;
  for (int r = 0; r < m.tensor().rows; ++r) {
    const auto begin = values.begin() + std::ptrdiff_t(r) * m.tensor().stride;
    rows.emplace_back(begin, begin + m.tensor().cols);
  }
  return rows;
}

/// The nearest number of e4m3: 3 bits of fraction, none below 2^-9 or above 448.
inline double to_e4m3(double v) {
  if (v == 0.) return 0.;
  const double step = std::exp2(std::max(std::floor(std::log2(std::abs(v))), -6.) - 3.);
  return std::clamp(std::nearbyint(v / step) * step, -448., 448.);
}

/// A row of weights as e4m3 keeps it. Computed in f32 as on the device: many weights lie halfway between two numbers.
inline std::vector<double> quantised_e4m3(std::vector<double> row) {
  float most = 0.f;
  for (const double w : row) most = std::max(most, std::abs(float(w)));
  const float scale = most / 448.f;
  for (double& w : row) w = to_e4m3(double(float(w) / scale)) * double(scale);
  return row;
}

/// A row of weights as 8 bits keep it: 3 bits of fraction, 16 binades below the largest. In f32, too.
inline std::vector<double> quantised(std::vector<double> row) {
  float most = 0.f;
  for (const double w : row) most = std::max(most, std::abs(float(w)));
  const float scale = most / 1.875f, inverse = 1.f / scale;
  for (double& w : row) {
    int exponent = 0;
    const float magnitude = std::max(std::abs(float(w)) * inverse, std::exp2(-15.f));
    const double fraction = std::frexp(double(magnitude), &exponent);
    w = std::copysign(std::ldexp(std::nearbyint(fraction * 16.) / 16., exponent) * double(scale), w);
  }
  return row;
}

/// x W^T, with the parts of W stacked, + bias.
inline Rows product(const Rows& x, const std::vector<const Matrix*>& parts, const Matrix* bias, SmallNumber number) {
  const std::vector<double> biases = bias == nullptr ? std::vector<double>() : rows_of(*bias)[0];
  Rows y(x.size());
  for (const Matrix* part : parts) {
    for (const std::vector<double>& stored : rows_of(*part)) {
      const std::vector<double> w = number == SmallNumber::kBf16   ? stored
                                    : number == SmallNumber::kE4m3 ? quantised_e4m3(stored)
                                                                   : quantised(stored);
      for (std::size_t r = 0; r < x.size(); ++r) {
        double sum = bias == nullptr ? 0. : biases[y[r].size()];
        for (std::size_t i = 0; i < w.size(); ++i) sum += x[r][i] * w[i];
        y[r].push_back(sum);
      }
    }
  }
  return y;
}

inline Rows normed(const Matrix& x, const Matrix& scale, const Matrix* shift) {
  Rows rows = rows_of(x);
  const std::vector<double> s = rows_of(scale)[0];
  const std::vector<double> t = shift == nullptr ? std::vector<double>(s.size()) : rows_of(*shift)[0];
  for (std::vector<double>& row : rows) {
    double squares = 0.;
    for (const double v : row) squares += v * v;
    const double r = 1. / std::sqrt(squares / double(row.size()) + 1e-6);
    for (std::size_t i = 0; i < row.size(); ++i) row[i] = row[i] * r * s[i] + t[i];
  }
  return rows;
}

inline double gelu(double v) { return 0.5 * v * (1. + std::tanh(0.7978845608028654 * (v + 0.044715 * v * v * v))); }

/// The largest difference, of the largest number.
inline double error_of(const Rows& got, const Rows& expected) {
  double most = 0., difference = 0.;
  for (std::size_t r = 0; r < expected.size(); ++r) {
    for (std::size_t c = 0; c < expected[r].size(); ++c) {
      most = std::max(most, std::abs(expected[r][c]));
      const double d = std::abs(got[r][c] - expected[r][c]);
      difference = std::isnan(d) ? INFINITY : std::max(difference, d);
    }
  }
  return difference / most;
}

}  // namespace awd::cuda
