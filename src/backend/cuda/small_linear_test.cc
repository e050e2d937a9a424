// Products of few rows against sums in double, at the geometry of the action expert and at small ones.
#include "backend/cuda/small_linear.h"

#include <gtest/gtest.h>

#include <string>

#include "backend/cuda/small_linear_test.h"

namespace awd::cuda {
namespace {

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
