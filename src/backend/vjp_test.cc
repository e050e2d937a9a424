// Every vector-Jacobian product against central differences of the op, computed in double. The double forms are
// checked against backend ref, so that both differentiate the same op.
#include "backend/vjp.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <vector>

#include "backend/device.h"
#include "base/rng.h"

namespace awd {
namespace {

/// A matrix in double.
struct Matrix {
  int rows = 0;
  int cols = 0;
  std::vector<double> values{};

  double& at(int r, int c) { return values[std::size_t(r) * std::size_t(cols) + std::size_t(c)]; }
  double at(int r, int c) const { return values[std::size_t(r) * std::size_t(cols) + std::size_t(c)]; }
};

Matrix zeros(int rows, int cols) { return {rows, cols, std::vector<double>(std::size_t(rows) * std::size_t(cols))}; }

double dot(const Matrix& a, const Matrix& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.values.size(); ++i) sum += a.values[i] * b.values[i];
  return sum;
}

/// d f / d x of a scalar function by central differences.
Matrix finite_differences(Matrix x, const std::function<double(const Matrix&)>& f) {
  constexpr double kStep = 1e-5;
  Matrix gradient = zeros(x.rows, x.cols);
  for (std::size_t i = 0; i < x.values.size(); ++i) {
    const double before = x.values[i];
    x.values[i] = before + kStep;
    const double above = f(x);
    x.values[i] = before - kStep;
    gradient.values[i] = (above - f(x)) / (2 * kStep);
    x.values[i] = before;
  }
  return gradient;
}

struct Attention {
  int heads, kv_heads;
  double scale;

  Matrix operator()(const Matrix& q, const Matrix& k, const Matrix& v) const {
    const int dim = q.cols / heads;
    Matrix out = zeros(q.rows, q.cols);
    std::vector<double> p(std::size_t(k.rows));
    for (int row = 0; row < q.rows; ++row) {
      for (int head = 0; head < heads; ++head) {
        const int kv = head / (heads / kv_heads) * dim;
        double sum = 0;
        for (int key = 0; key < k.rows; ++key) {
          double logit = 0;
          for (int d = 0; d < dim; ++d) logit += q.at(row, head * dim + d) * k.at(key, kv + d);
          p[std::size_t(key)] = std::exp(logit * scale);
          sum += p[std::size_t(key)];
        }
        for (int key = 0; key < k.rows; ++key) {
          for (int d = 0; d < dim; ++d) out.at(row, head * dim + d) += p[std::size_t(key)] / sum * v.at(key, kv + d);
        }
      }
    }
    return out;
  }
};

Matrix rms_norm(const Matrix& x, const Matrix& scale) {
  Matrix y = x;
  for (int r = 0; r < x.rows; ++r) {
    double squares = 0;
    for (int c = 0; c < x.cols; ++c) squares += x.at(r, c) * x.at(r, c);
    for (int c = 0; c < x.cols; ++c) y.at(r, c) *= scale.at(0, c) / std::sqrt(squares / x.cols + 1e-6);
  }
  return y;
}

Matrix rope(const Matrix& x, const Matrix& angles) {
  Matrix y = x;
  const int half = angles.cols / 2;
  for (int r = 0; r < x.rows; ++r) {
    for (int head = 0; head < x.cols; head += angles.cols) {
      for (int i = 0; i < half; ++i) {
        const double c = angles.at(r, i), s = angles.at(r, half + i);
        y.at(r, head + i) = x.at(r, head + i) * c - x.at(r, head + half + i) * s;
        y.at(r, head + half + i) = x.at(r, head + half + i) * c + x.at(r, head + i) * s;
      }
    }
  }
  return y;
}

Matrix geglu(const Matrix& gate_up) {
  const int n = gate_up.cols / 2;
  Matrix out = zeros(gate_up.rows, n);
  for (int r = 0; r < out.rows; ++r) {
    for (int c = 0; c < n; ++c) {
      const double g = gate_up.at(r, c);
      const double u = std::sqrt(2 / M_PI) * (g + 0.044715 * g * g * g);
      out.at(r, c) = 0.5 * g * (1 + std::tanh(u)) * gate_up.at(r, n + c);
    }
  }
  return out;
}

class VjpTest : public testing::Test {
 protected:
  Matrix random(int rows, int cols) {
    Matrix m = zeros(rows, cols);
    // Rounded to f32, so that both sides start from the same numbers.
    for (double& value : m.values) value = double(float(rng_.normal()));
    return m;
  }

  Tensor hold(const Matrix& m) {
    buffers_.push_back(device_->allocate(m.rows, m.cols, DType::kF32));
    const std::vector<float> values(m.values.begin(), m.values.end());
    ops_->upload(values, buffers_.back().tensor());
    return buffers_.back().tensor();
  }

  void expect_near(const Tensor& got, const Matrix& expected, const char* what, double tolerance = 1e-5) {
    std::vector<float> values(expected.values.size());
    ops_->download(got, values);
    double largest = 0;
    double difference = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      ASSERT_TRUE(std::isfinite(values[i])) << what << i;
      largest = std::max(largest, std::abs(expected.values[i]));
      difference = std::max(difference, std::abs(double(values[i]) - expected.values[i]));
    }
    EXPECT_GT(largest, 0.0) << what;
    EXPECT_LE(difference, tolerance * largest) << what;
  }

  Rng rng_{11};
  std::unique_ptr<const Device> device_ = make_cpu_device(DType::kF32);
  std::unique_ptr<Ops> ops_ = device_->make_ops(1);
  std::unique_ptr<Ops> judge_ = make_ref_device()->make_ops(1);
  std::unique_ptr<Vjp> vjp_ = make_cpu_vjp();
  std::vector<Buffer> buffers_;
};

TEST_F(VjpTest, AttentionOfAnyHeads) {
  constexpr struct {
    int heads, kv_heads, dim, queries, keys;
  } kShapes[] = {{4, 1, 6, 5, 9}, {4, 2, 3, 5, 9}, {2, 2, 4, 7, 7}, {2, 1, 4, 1, 1}, {3, 1, 16, 20, 33}};
  for (const auto& s : kShapes) {
    const Matrix q = random(s.queries, s.heads * s.dim);
    const Matrix k = random(s.keys, s.kv_heads * s.dim);
    const Matrix v = random(s.keys, s.kv_heads * s.dim);
    const Matrix g = random(s.queries, s.heads * s.dim);
    const Attention attention{s.heads, s.kv_heads, double(1.f / std::sqrt(float(s.dim)))};

    const Tensor out = hold(zeros(s.queries, s.heads * s.dim));
    const int scratch = s.heads * s.queries * s.keys;
    judge_->attention({.q = hold(q),
                       .k = hold(k),
                       .v = hold(v),
                       .out = out,
                       .scores = hold(zeros(1, scratch)),
                       .probabilities = hold(zeros(1, scratch)),
                       .key_share = {},
                       .heads = s.heads,
                       .kv_heads = s.kv_heads,
                       .scale = float(attention.scale)});
    expect_near(out, attention(q, k, v), "forward");

    const Matrix held_k = random(s.keys, s.kv_heads * s.dim);  // gradients that other queries have left
    const Matrix held_v = random(s.keys, s.kv_heads * s.dim);
    const AttentionVjpArgs args{.q = hold(q),
                                .k = hold(k),
                                .v = hold(v),
                                .d_out = hold(g),
                                .d_q = hold(q),
                                .d_k = hold(held_k),
                                .d_v = hold(held_v),
                                .scratch = hold(zeros(2, s.queries * s.keys)),
                                .heads = s.heads,
                                .kv_heads = s.kv_heads,
                                .scale = float(attention.scale)};
    vjp_->attention(args);
    const auto plus = [](Matrix a, const Matrix& b) {
      for (std::size_t i = 0; i < a.values.size(); ++i) a.values[i] += b.values[i];
      return a;
    };
    if (s.keys > 1) {  // a single key has probability 1 whatever q and k are
      expect_near(args.d_q, finite_differences(q, [&](const Matrix& x) { return dot(g, attention(x, k, v)); }), "q");
    }
    const Matrix d_k = finite_differences(k, [&](const Matrix& x) { return dot(g, attention(q, x, v)); });
    const Matrix d_v = finite_differences(v, [&](const Matrix& x) { return dot(g, attention(q, k, x)); });
    expect_near(args.d_k, plus(d_k, held_k), "k");
    expect_near(args.d_v, plus(d_v, held_v), "v");
  }
}

TEST_F(VjpTest, RmsNormAddsToTheResidual) {
  const Matrix x = random(7, 37), scale = random(1, 37), g = random(7, 37), residual = random(7, 37);
  const Tensor y = hold(zeros(7, 37));
  judge_->rms_norm(hold(x), hold(scale), {}, y);
  expect_near(y, rms_norm(x, scale), "forward");

  const Tensor d_x = hold(residual);
  vjp_->rms_norm(hold(x), hold(scale), hold(g), d_x);
  Matrix expected = finite_differences(x, [&](const Matrix& at) { return dot(g, rms_norm(at, scale)); });
  for (std::size_t i = 0; i < expected.values.size(); ++i) expected.values[i] += residual.values[i];
  expect_near(d_x, expected, "x");
}

TEST_F(VjpTest, RopeTurnsBack) {
  const Matrix x = random(5, 3 * 8), angles = random(5, 8), g = random(5, 3 * 8);
  const Tensor y = hold(x);
  judge_->rope(y, hold(angles));
  expect_near(y, rope(x, angles), "forward");

  const Tensor d_x = hold(g);
  vjp_->rope(d_x, hold(angles));
  expect_near(d_x, finite_differences(x, [&](const Matrix& at) { return dot(g, rope(at, angles)); }), "x");
}

TEST_F(VjpTest, Geglu) {
  const Matrix x = random(6, 2 * 19), g = random(6, 19);
  const Tensor out = hold(zeros(6, 19));
  judge_->geglu(hold(x), out);
  expect_near(out, geglu(x), "forward");

  const Tensor d_x = hold(zeros(6, 2 * 19));
  vjp_->geglu(hold(x), hold(g), d_x);
  expect_near(d_x, finite_differences(x, [&](const Matrix& at) { return dot(g, geglu(at)); }), "x");
}

TEST_F(VjpTest, GegluOfExtremeInputsStaysFinite) {
  const Matrix x{2, 8, {-1e4, -100, -10, 0, 1, 1, 1, 1, 10, 100, 1e4, 1e-30, 1, 1, 1, 1}};
  const Tensor d_x = hold(zeros(2, 8));
  vjp_->geglu(hold(x), hold({2, 4, {1, 1, 1, 1, 1, 1, 1, 1}}), d_x);
  // Slopes of gelu: 0 far left, 1/2 at 0, 1 far right; the gradient of `up` is gelu itself.
  expect_near(d_x, {2, 8, {0, 0, 0, 0.5, 0, 0, 0, 0, 1, 1, 1, 0.5, 10, 100, 1e4, 0}}, "x");
}

TEST_F(VjpTest, LinearIsTheTransposedLayer) {
  const Matrix x = random(4, 5), weight = random(3, 5), g = random(4, 3);
  const auto forward = [&](const Matrix& at) {
    Matrix y = zeros(4, 3);
    for (int r = 0; r < 4; ++r) {
      for (int o = 0; o < 3; ++o) {
        for (int i = 0; i < 5; ++i) y.at(r, o) += weight.at(o, i) * at.at(r, i);
      }
    }
    return y;
  };
  std::vector<float> transposed;
  for (int i = 0; i < 5; ++i) {
    for (int o = 0; o < 3; ++o) transposed.push_back(float(weight.at(o, i)));
  }
  const Tensor d_x = hold(zeros(4, 5));
  const auto layer = device_->pack({.parts = {stored(transposed, 5, 3)}, .bias = {}});
  ops_->linear(hold(g), *layer, d_x, Write::kReplace);
  expect_near(d_x, finite_differences(x, [&](const Matrix& at) { return dot(g, forward(at)); }), "x");
}

TEST_F(VjpTest, GatedAdditionScalesTheBranch) {
  const Matrix d_x = random(3, 4), gate = random(1, 4);
  const Tensor d_y = hold(zeros(3, 4));
  vjp_->add_gated(hold(d_x), hold(gate), d_y);
  Matrix expected = d_x;
  for (int r = 0; r < 3; ++r) {
    for (int c = 0; c < 4; ++c) expected.at(r, c) *= gate.at(0, c);
  }
  expect_near(d_y, expected, "y", 1e-7);
}

}  // namespace
}  // namespace awd
