// Tall products of e4m3 weights and rows, which only an MLP has; small_linear_test.cc has those of bf16.
#include "backend/cuda/tall_linear.h"

#include <gtest/gtest.h>

#include "backend/cuda/small_linear_test.h"

namespace awd::cuda {
namespace {

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

}  // namespace
}  // namespace awd::cuda
