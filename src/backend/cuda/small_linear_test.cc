// Products of few rows against sums in double, at the geometry of the action expert and at small ones.
#include "backend/cuda/small_linear.h"

#include <cuda_bf16.h>
#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <string>
#include <vector>

#include "backend/cuda/check.h"
#include "backend/cuda/tall_linear.h"

namespace awd::cuda {
namespace {

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

using Rows = std::vector<std::vector<double>>;

Rows rows_of(const Matrix& m) {
  const std::vector<float> values = m.values();
  Rows rows;
  for (int r = 0; r < m.tensor().rows; ++r) {
    const auto begin = values.begin() + std::ptrdiff_t(r) * m.tensor().stride;
    rows.emplace_back(begin, begin + m.tensor().cols);
  }
  return rows;
}

/// The nearest number of e4m3: 3 bits of fraction, none below 2^-9 or above 448.
double to_e4m3(double v) {
  if (v == 0.) return 0.;
  const double step = std::exp2(std::max(std::floor(std::log2(std::abs(v))), -6.) - 3.);
  return std::clamp(std::nearbyint(v / step) * step, -448., 448.);
}

/// A row of weights as e4m3 keeps it.
std::vector<double> quantised_e4m3(std::vector<double> row) {
  double most = 0.;
  for (const double w : row) most = std::max(most, std::abs(w));
  for (double& w : row) w = to_e4m3(w * 448. / most) * most / 448.;
  return row;
}

/// A row of weights as 8 bits keep it: 3 bits of fraction, 16 binades below the largest.
std::vector<double> quantised(std::vector<double> row) {
  double most = 0.;
  for (const double w : row) most = std::max(most, std::abs(w));
  const double scale = most / 1.875;
  for (double& w : row) {
    int exponent = 0;
    const double fraction = std::frexp(std::max(std::abs(w) / scale, std::exp2(-15.)), &exponent);
    w = std::copysign(std::ldexp(std::nearbyint(fraction * 16.) / 16., exponent) * scale, w);
  }
  return row;
}

/// x W^T, with the parts of W stacked, + bias.
Rows product(const Rows& x, const std::vector<const Matrix*>& parts, const Matrix* bias, SmallNumber number) {
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

Rows normed(const Matrix& x, const Matrix& scale, const Matrix* shift) {
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

double gelu(double v) { return 0.5 * v * (1. + std::tanh(0.7978845608028654 * (v + 0.044715 * v * v * v))); }

/// The largest difference, of the largest number.
double error_of(const Rows& got, const Rows& expected) {
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

/// An expert's geometry and how it is computed.
struct Case {
  std::string name;
  int rows = 0;
  int width = 0;
  int heads = 0;
  int head_dim = 0;
  int mlp = 0;
  bool modulated = false;  // pi0.5: shifts and gates
  SmallNumber number = SmallNumber::kBf16;

  double tolerance() const { return number == SmallNumber::kBf16 ? 1e-2 : 8e-2; }
};

class SmallLinear : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    int devices = 0;
    if (cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0) GTEST_SKIP() << "no GPU";
  }

  const Case& c() const { return GetParam(); }
  Matrix stream_rows(unsigned seed) const { return Matrix::random(c().rows, c().width, DType::kF32, 0.3f, 2.f, seed); }
  static Matrix weight(int out, int in, unsigned seed) {
    return Matrix::random(out, in, DType::kBf16, 0.f, 1.f / std::sqrt(float(in)), seed);
  }
  /// Scale, shift and gate of a norm.
  struct Norm {
    Matrix scale, shift, gate;
    Modulation modulation() const { return {scale.tensor(), shift.tensor(), gate.tensor()}; }
  };
  Norm norm(unsigned seed) const {
    Norm n{Matrix::random(1, c().width, DType::kF32, 1.f, 0.3f, seed), {}, {}};
    if (c().modulated) n.shift = Matrix::random(1, c().width, DType::kF32, 0.1f, 0.3f, seed + 1);
    if (c().modulated) n.gate = Matrix::random(1, c().width, DType::kF32, 0.5f, 0.3f, seed + 2);
    return n;
  }
  const Matrix* shift_of(const Norm& n) const { return c().modulated ? &n.shift : nullptr; }

  Rows product_of(const Rows& x, const Matrix& w) const { return product(x, {&w}, nullptr, c().number); }
  void expect_close(const Matrix& got, const Rows& expected) const {
    EXPECT_LE(error_of(rows_of(got), expected), c().number == SmallNumber::kBf16 ? 1e-2 : 1.5e-2);
  }
};

SmallRows source_rows(const Matrix& w) { return {w.tensor().data, w.tensor().rows}; }

TEST_P(SmallLinear, QueriesKeysAndValuesAreNormedAndRotated) {
  const int dim = c().head_dim, rows = c().rows;
  const Matrix x = stream_rows(1), wq = weight(c().heads * dim, c().width, 2), wk = weight(dim, c().width, 3),
               wv = weight(dim, c().width, 4), angles = Matrix::random(rows, dim, DType::kF32, 0.f, 0.7f, 5);
  const Norm n = norm(6);
  const SmallSource source{.parts = {source_rows(wq), source_rows(wk), source_rows(wv)},
                           .in = c().width,
                           .rows = c().rows,
                           .number = c().number,
                           .pairs = SmallPairs::kHeads,
                           .head_dim = dim};
  ASSERT_TRUE(small_fits(source));
  const SmallLayer layer = pack_small(source);
  const Matrix q(rows, c().heads * dim, DType::kBf16, 8), k(rows, dim, DType::kBf16, 16), v(rows, dim, DType::kBf16);
  run_small_qkv({.layer = &layer,
                 .x = x.tensor(),
                 .norm = n.modulation(),
                 .angles = angles.tensor(),
                 .q = q.tensor(),
                 .k = k.tensor(),
                 .v = v.tensor()},
                nullptr);
  const Rows in = normed(x, n.scale, shift_of(n)), turns = rows_of(angles);
  const auto rotated = [&](Rows y) {
    for (std::size_t r = 0; r < y.size(); ++r) {
      for (std::size_t i = 0; i < y[r].size(); ++i) {
        const std::size_t half = std::size_t(dim / 2), d = i % std::size_t(dim);
        if (d >= half) continue;
        const double a = y[r][i], b = y[r][i + half], cosine = turns[r][d], sine = turns[r][d + half];
        y[r][i] = a * cosine - b * sine;
        y[r][i + half] = b * cosine + a * sine;
      }
    }
    return y;
  };
  expect_close(q, rotated(product_of(in, wq)));
  expect_close(k, rotated(product_of(in, wk)));
  expect_close(v, product_of(in, wv));
}

TEST_P(SmallLinear, GatedUnitsOfNormedRows) {
  const Matrix x = stream_rows(11), gates = weight(c().mlp, c().width, 12), ups = weight(c().mlp, c().width, 13);
  const Norm n = norm(14);
  const SmallSource source{.parts = {source_rows(gates), source_rows(ups), SmallRows{}},
                           .in = c().width,
                           .rows = c().rows,
                           .number = c().number,
                           .pairs = SmallPairs::kGated};
  ASSERT_TRUE(small_fits(source));
  const SmallLayer layer = pack_small(source);
  const Matrix y(c().rows, c().mlp, DType::kBf16, 8);
  run_small_geglu({.layer = &layer, .x = x.tensor(), .norm = n.modulation(), .y = y.tensor()}, nullptr);
  const Rows in = normed(x, n.scale, shift_of(n));
  Rows expected = product_of(in, gates);
  const Rows up = product_of(in, ups);
  for (std::size_t r = 0; r < expected.size(); ++r) {
    for (std::size_t i = 0; i < expected[r].size(); ++i) expected[r][i] = gelu(expected[r][i]) * up[r][i];
  }
  expect_close(y, expected);
}

TEST_P(SmallLinear, GatedUnitsOfPlainRows) {
  const Matrix x = Matrix::random(c().rows, c().width, DType::kBf16, 0.f, 1.f, 51),
               gates = weight(c().mlp, c().width, 52), ups = weight(c().mlp, c().width, 53);
  const SmallLayer layer = pack_small({.parts = {source_rows(gates), source_rows(ups), SmallRows{}},
                                       .in = c().width,
                                       .rows = c().rows,
                                       .number = c().number,
                                       .pairs = SmallPairs::kGated});
  const Matrix y(c().rows, c().mlp, DType::kBf16, 8);
  run_small_geglu({.layer = &layer, .x = x.tensor(), .norm = {}, .y = y.tensor()}, nullptr);
  Rows expected = product_of(rows_of(x), gates);
  const Rows up = product_of(rows_of(x), ups);
  for (std::size_t r = 0; r < expected.size(); ++r) {
    for (std::size_t i = 0; i < expected[r].size(); ++i) expected[r][i] = gelu(expected[r][i]) * up[r][i];
  }
  expect_close(y, expected);
}

TEST_P(SmallLinear, BranchesAreAddedThroughTheirGate) {
  for (const int in : {c().heads * c().head_dim, c().mlp}) {
    const Matrix input = Matrix::random(c().rows, in, DType::kBf16, 0.f, 1.f, 21, 8), w = weight(c().width, in, 22);
    const Matrix x = stream_rows(23);
    const Norm n = norm(24);
    const SmallSource source{
        .parts = {source_rows(w), SmallRows{}, SmallRows{}}, .in = in, .rows = c().rows, .number = c().number};
    ASSERT_TRUE(small_fits(source));
    const SmallLayer layer = pack_small(source);
    Rows expected = rows_of(x);
    run_small_branch({.layer = &layer, .input = input.tensor(), .gate = n.gate.tensor(), .x = x.tensor()}, nullptr);
    const Rows branch = product_of(rows_of(input), w);
    for (const DType dtype : {DType::kBf16, DType::kF32}) {
      const Matrix y(c().rows, c().width, dtype, 8);
      run_small({.layer = &layer, .x = input.tensor(), .y = y.tensor()}, nullptr);
      expect_close(y, branch);
    }
    const std::vector<double> gate =
        c().modulated ? rows_of(n.gate)[0] : std::vector<double>(std::size_t(c().width), 1.);
    for (std::size_t r = 0; r < expected.size(); ++r) {
      for (std::size_t i = 0; i < expected[r].size(); ++i) {
        expected[r][i] += gate[i] * branch[r][i];
      }
    }
    expect_close(x, expected);
  }
}

TEST_P(SmallLinear, BlocksOfAClusterShareInputs) {
  int major = 0;
  AWD_CUDA(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, 0));
  const Matrix input = Matrix::random(c().rows, c().mlp, DType::kBf16, 0.f, 1.f, 41),
               w = weight(c().width, c().mlp, 42);
  const Rows expected = product_of(rows_of(input), w);
  for (const int cluster : {1, 2, 4}) {  // of the tiny geometry's five chunks of inputs, four blocks have 2, 2, 1, 0
    if (cluster > 1 && major < 9) continue;
    SCOPED_TRACE(testing::Message() << cluster << " blocks");
    const SmallLayer layer = pack_small(
        {.parts = {source_rows(w), SmallRows{}, SmallRows{}}, .in = c().mlp, .rows = c().rows, .number = c().number},
        {.units = 2, .cluster = cluster});
    const Matrix y(c().rows, c().width, DType::kF32);
    run_small({.layer = &layer, .x = input.tensor(), .y = y.tensor()}, nullptr);
    expect_close(y, expected);
  }
}

TEST_P(SmallLinear, PlainProductsStoreWithBiasAndLeaveThePaddingAlone) {
  const Matrix x = Matrix::random(c().rows, c().width, DType::kBf16, 0.f, 1.f, 31), w = weight(24, c().width, 32),
               bias = Matrix::random(1, 24, DType::kF32, 0.f, 1.f, 33);
  const SmallSource source{.parts = {source_rows(w), SmallRows{}, SmallRows{}},
                           .in = c().width,
                           .rows = c().rows,
                           .bias = static_cast<const float*>(bias.tensor().data),
                           .number = c().number};
  const SmallLayer layer = pack_small(source);
  const Rows expected = product(rows_of(x), {&w}, &bias, c().number);
  for (const DType dtype : {DType::kBf16, DType::kF32}) {
    const Matrix y(c().rows, 24, dtype, 8);
    const std::vector<float> before = y.values();
    run_small({.layer = &layer, .x = x.tensor(), .y = y.tensor()}, nullptr);
    expect_close(y, expected);
    const std::vector<float> after = y.values();
    for (int r = 0; r < c().rows; ++r) {
      for (int i = 24; i < 32; ++i) EXPECT_EQ(before[std::size_t(r * 32 + i)], after[std::size_t(r * 32 + i)]);
    }
    run_small({.layer = &layer, .x = x.tensor(), .y = y.tensor()}, nullptr);
    EXPECT_EQ(after, y.values());
  }
}

TEST(TallLinear, BothProductsOfAnMlpOfE4m3OrNone) {
  int devices = 0;
  if (cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0) GTEST_SKIP() << "no GPU";
  const auto is_tall = [](int rows, int in, int out, SmallPairs pairs) {
    SmallSource source{.parts = {}, .in = in, .rows = rows, .number = SmallNumber::kE4m3, .pairs = pairs};
    source.parts[0].out = out;
    return tall_plan(source).is_tall();
  };
  for (const int rows : {1, 10, 15, 16, 17}) {
    for (const int mlp : {2048, 4096}) {
      for (const int width : {1024, 2048}) {
        EXPECT_EQ(is_tall(rows, width, 2 * mlp, SmallPairs::kGated), is_tall(rows, mlp, width, SmallPairs::kNone))
            << rows << " rows, width " << width << ", mlp " << mlp;
      }
    }
  }
}

TEST(TallLinear, MlpOfE4m3) {
  int devices = 0;
  if (cudaGetDeviceCount(&devices) != cudaSuccess || devices == 0) GTEST_SKIP() << "no GPU";
  constexpr int kWidth = 1024, kMlp = 4096;
  const auto weight = [](int out, int in, unsigned seed) {
    return Matrix::random(out, in, DType::kBf16, 0.f, 1.f / std::sqrt(float(in)), seed);
  };
  const Matrix gates = weight(kMlp, kWidth, 61), ups = weight(kMlp, kWidth, 62), last = weight(kWidth, kMlp, 63);
  const Matrix scale = Matrix::random(1, kWidth, DType::kF32, 1.f, 0.3f, 64);
  const Matrix shift = Matrix::random(1, kWidth, DType::kF32, 0.1f, 0.3f, 65);
  const Matrix gate = Matrix::random(1, kWidth, DType::kF32, 0.5f, 0.3f, 66);
  for (const int rows : {1, 10, 13}) {
    SCOPED_TRACE(rows);
    const SmallLayer gated = pack_small({.parts = {source_rows(gates), source_rows(ups), SmallRows{}},
                                         .in = kWidth,
                                         .rows = rows,
                                         .number = SmallNumber::kE4m3,
                                         .pairs = SmallPairs::kGated});
    const SmallLayer down = pack_small({.parts = {source_rows(last), SmallRows{}, SmallRows{}},
                                        .in = kMlp,
                                        .rows = rows,
                                        .number = SmallNumber::kE4m3});
    if (!gated.plan.is_tall()) GTEST_SKIP() << "not tall here";
    const Matrix x = Matrix::random(rows, kWidth, DType::kF32, 0.3f, 2.f, 67), hidden(rows, kMlp, DType::kBf16);
    Rows in = normed(x, scale, &shift);
    const Rows before = rows_of(x);
    constexpr float kScale = 0.02f, kHiddenScale = 0.05f;
    for (std::vector<double>& row : in) {
      for (double& v : row) v = to_e4m3(v / kScale) * kScale;
    }
    run_small_geglu({.layer = &gated,
                     .x = x.tensor(),
                     .norm = {scale.tensor(), shift.tensor(), {}},
                     .y = hidden.tensor(),
                     .x_scale = kScale,
                     .y_scale = kHiddenScale},
                    nullptr);
    run_small_branch(
        {.layer = &down, .input = hidden.tensor(), .gate = gate.tensor(), .x = x.tensor(), .input_scale = kHiddenScale},
        nullptr);
    Rows middle = product(in, {&gates}, nullptr, SmallNumber::kE4m3);
    const Rows up = product(in, {&ups}, nullptr, SmallNumber::kE4m3);
    for (std::size_t r = 0; r < middle.size(); ++r) {
      for (std::size_t i = 0; i < middle[r].size(); ++i)
        middle[r][i] = to_e4m3(gelu(middle[r][i]) * up[r][i] / kHiddenScale) * kHiddenScale;
    }
    const Rows branch = product(middle, {&last}, nullptr, SmallNumber::kE4m3), after = rows_of(x);
    const std::vector<double> gate_values = rows_of(gate)[0];
    Rows got = before, expected = before;  // the branch alone
    for (std::size_t r = 0; r < before.size(); ++r) {
      for (std::size_t i = 0; i < before[r].size(); ++i) {
        expected[r][i] = branch[r][i] * gate_values[i];
        got[r][i] = after[r][i] - before[r][i];
      }
    }
    EXPECT_LE(error_of(got, expected), 1.5e-2);
  }
}

std::vector<Case> cases() {
  std::vector<Case> list;
  const auto add = [&](int rows, bool is_full, bool modulated, SmallNumber number) {
    Case c{.name = {},
           .rows = rows,
           .width = 96,
           .heads = 2,
           .head_dim = 16,
           .mlp = 160,
           .modulated = modulated,
           .number = number};
    if (is_full) c.width = 1024, c.heads = 8, c.head_dim = 256, c.mlp = 4096;
    c.name = std::string(is_full ? "full" : "tiny") + std::to_string(rows) + (modulated ? "pi05" : "pi0") +
             (number == SmallNumber::kBf16 ? "bf16" : "bytes");
    list.push_back(c);
  };
  for (const SmallNumber number : {SmallNumber::kBf16, SmallNumber::kBytes}) {
    for (const int rows : {1, 2, 10, 11, 15, 16, 17, 31, 50, 63}) add(rows, false, true, number);
    for (const int rows : {1, 16, 64}) add(rows, false, false, number);
    for (const int rows : {1, 7, 8, 10, 15}) add(rows, true, true, number);
    for (const int rows : {11, 16}) add(rows, true, false, number);
    add(50, true, true, number);
  }
  return list;
}

std::string name_of(const testing::TestParamInfo<Case>& c) { return c.param.name; }

INSTANTIATE_TEST_SUITE_P(Geometries, SmallLinear, testing::ValuesIn(cases()), name_of);

}  // namespace
}  // namespace awd::cuda
