// Products of many rows against sums in double: every result, both numbers, shapes that no tile divides, rows that are
// counted on the device, every plan.
#include "backend/cuda/big_linear.h"

#include <cuda_bf16.h>
#include <cuda_fp8.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <ostream>
#include <random>
#include <string>
#include <vector>

#include "backend/cuda/big_plan.h"
#include "backend/cuda/check.h"

namespace awd::cuda {
namespace {

constexpr float kPoison = -1024.f;  // what outputs hold before; no result comes near
constexpr int kHead = 256;

template <class T>
CudaBytes upload(const std::vector<T>& values) {
  void* memory = nullptr;
  AWD_CUDA(cudaMalloc(&memory, values.size() * sizeof(T)));
  CudaBytes owned(static_cast<std::byte*>(memory));
  AWD_CUDA(cudaMemcpy(memory, values.data(), values.size() * sizeof(T), cudaMemcpyHostToDevice));
  return owned;
}

/// Random numbers as the device holds them, and as they are after rounding.
template <class T>
struct Numbers {
  Numbers(std::size_t count, float spread, unsigned seed) {
    std::mt19937 engine(seed);
    std::uniform_real_distribution<float> uniform(-spread, spread);
    for (std::size_t i = 0; i < count; ++i) {
      stored.push_back(T(uniform(engine)));
      values.push_back(float(stored.back()));
    }
    device = upload(stored);
  }
  std::vector<T> stored;
  std::vector<float> values;
  CudaBytes device;
};

struct Case {
  BigResult result = BigResult::kBf16;
  BigNumber number = BigNumber::kBf16;
  int rows = 0;
  int live = 0;  // fewer than `rows`: counted on the device
  int out = 0;
  int in = 0;
  bool has_bias = false;
  big::BigPlan plan = {};
};

void PrintTo(const Case& c, std::ostream* out) {
  *out << "result " << int(c.result) << " number " << int(c.number) << " rows " << c.live << "/" << c.rows << " out "
       << c.out << " in " << c.in << " tile " << c.plan.rows << "x" << c.plan.cols << " blocks " << c.plan.blocks;
}

bool is_f32(BigResult result) { return result == BigResult::kF32 || result == BigResult::kAdd; }
int columns_of(BigResult result, int out) { return result == BigResult::kGeglu ? out / 2 : out; }

double gelu(double x) { return 0.5 * x * (1 + std::tanh(std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x))); }

/// [live, out] x W^T + bias.
std::vector<double> sums(const Case& c, const std::vector<float>& x, int stride, const std::vector<float>& w,
                         const std::vector<float>& bias) {
  std::vector<double> result(std::size_t(c.live * c.out));
  for (int r = 0; r < c.live; ++r) {
    for (int n = 0; n < c.out; ++n) {
      double sum = c.has_bias ? bias[std::size_t(n)] : 0;
      for (int k = 0; k < c.in; ++k) sum += double(x[std::size_t(r * stride + k)]) * w[std::size_t(n * c.in + k)];
      result[std::size_t(r * c.out + n)] = sum;
    }
  }
  return result;
}

/// What should stand at (r, col) of y. `angles` [rows, 256], used where not empty.
double expected(const Case& c, const std::vector<double>& s, int r, int col, const std::vector<float>& angles) {
  const double* row = &s[std::size_t(r * c.out)];
  switch (c.result) {
    case BigResult::kBf16:
    case BigResult::kF32:
      return row[col];
    case BigResult::kAdd:
      return row[col] + double(kPoison);
    case BigResult::kGelu:
      return gelu(row[col]);
    case BigResult::kGeglu:
      return gelu(row[col]) * row[col + c.out / 2];
    case BigResult::kRotated:
      break;
  }
  if (angles.empty()) return row[col];
  const double* head = row + col / kHead * kHead;
  const int i = col % (kHead / 2);
  const double cosine = angles[std::size_t(r * kHead + i)];
  const double sine = angles[std::size_t(r * kHead + kHead / 2 + i)];
  const double a = head[i];
  const double b = head[i + kHead / 2];
  return col % kHead < kHead / 2 ? a * cosine - b * sine : b * cosine + a * sine;
}

/// One y on the device, a little wider than its columns, full of kPoison.
class Output {
 public:
  Output(int rows, int cols, bool is_f32) : stride_(cols + 8), is_f32_(is_f32) {
    const std::size_t count = std::size_t(rows * stride_);
    device_ = is_f32 ? upload(std::vector<float>(count, kPoison))
                     : upload(std::vector<__nv_bfloat16>(count, __nv_bfloat16(kPoison)));
    count_ = count;
  }
  BigOutput view() const { return {device_.get(), stride_}; }
  int stride() const { return stride_; }
  std::vector<float> values() const {
    std::vector<float> result(count_);
    if (is_f32_) {
      AWD_CUDA(cudaMemcpy(result.data(), device_.get(), count_ * 4, cudaMemcpyDeviceToHost));
      return result;
    }
    std::vector<__nv_bfloat16> narrow(count_);
    AWD_CUDA(cudaMemcpy(narrow.data(), device_.get(), count_ * 2, cudaMemcpyDeviceToHost));
    result.assign(narrow.begin(), narrow.end());
    return result;
  }

 private:
  int stride_;
  bool is_f32_;
  std::size_t count_ = 0;
  CudaBytes device_;
};

/// Every live element near what it should be, every other one untouched.
void expect_near(const Case& c, const Output& y, const std::vector<double>& s, const std::vector<float>& angles) {
  const std::vector<float> values = y.values();
  const int columns = columns_of(c.result, c.out);
  double largest = 0;
  double worst = 0;
  for (int r = 0; r < c.rows; ++r) {
    for (int col = 0; col < y.stride(); ++col) {
      const float got = values[std::size_t(r * y.stride() + col)];
      if (r >= c.live || col >= columns) {
        const float before = is_f32(c.result) ? kPoison : float(__nv_bfloat16(kPoison));
        ASSERT_EQ(got, before) << "row " << r << " column " << col;
        continue;
      }
      const double want = expected(c, s, r, col, angles);
      const double base = c.result == BigResult::kAdd ? double(kPoison) : 0;
      largest = std::max(largest, std::abs(want - base));
      worst = std::isnan(got) ? 1e30 : std::max(worst, std::abs(double(got) - want));
    }
  }
  const double tolerance = c.number == BigNumber::kE4m3 ? 5e-2 : c.result == BigResult::kF32 ? 1e-4 : 8e-3;
  EXPECT_LT(worst, tolerance * largest + (c.result == BigResult::kAdd ? 1e-3 : 0));
}

template <class T>
void check(const Case& c) {
  const bool rotates = c.result == BigResult::kRotated;
  const int stride = c.in + 16;
  const Numbers<T> x(std::size_t(c.rows * stride), 1.f, 1);
  const Numbers<float> angles(std::size_t(c.rows * kHead), 1.f, 2);
  const CudaBytes live = upload(std::vector<int>{c.live});
  BigProduct product{.x = x.device.get(),
                     .rows = c.rows,
                     .stride = stride,
                     .live_rows = c.live < c.rows ? reinterpret_cast<const int*>(live.get()) : nullptr,
                     .weights = {},
                     .result = c.result,
                     .y = {},
                     .angles = reinterpret_cast<const float*>(angles.device.get())};
  std::vector<BigWeight> weights;
  std::vector<Output> y;
  std::vector<std::vector<double>> wanted;
  const std::size_t parts = rotates ? 3 : 1;
  for (std::size_t i = 0; i < parts; ++i) {
    const Numbers<__nv_bfloat16> w(std::size_t(c.out * c.in), 1.f / std::sqrt(float(c.in)), unsigned(3 + i));
    const Numbers<float> bias(std::size_t(c.out), 1.f, unsigned(9 + i));
    weights.push_back(pack_big({.rows = w.device.get(),
                                .bias = c.has_bias ? reinterpret_cast<const float*>(bias.device.get()) : nullptr,
                                .out = c.out,
                                .in = c.in,
                                .number = c.number,
                                .is_gated = c.result == BigResult::kGeglu}));
    y.emplace_back(c.rows, columns_of(c.result, c.out), is_f32(c.result));
    wanted.push_back(sums(c, x.values, stride, w.values, bias.values));
  }
  for (std::size_t i = 0; i < parts; ++i) {
    product.weights[i] = &weights[i];
    product.y[i] = y[i].view();
  }
  if (c.plan.stages > 0) {
    big::run_planned(product, c.plan, nullptr);
  } else {
    run_big(product, nullptr);
  }
  AWD_CUDA(cudaDeviceSynchronize());
  for (std::size_t i = 0; i < parts; ++i) {
    expect_near(c, y[i], wanted[i], rotates && i < 2 ? angles.values : std::vector<float>{});
  }
}

class BigLinear : public ::testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    if (!has_big_linear()) GTEST_SKIP() << "no GPU of compute capability 9.0";
  }
};

TEST_P(BigLinear, IsNearSumsInDouble) {
  if (GetParam().number == BigNumber::kBf16) {
    check<__nv_bfloat16>(GetParam());
  } else {
    check<__nv_fp8_e4m3>(GetParam());
  }
}

std::vector<Case> cases() {
  std::vector<Case> all;
  for (const BigNumber number : {BigNumber::kBf16, BigNumber::kE4m3}) {
    for (const BigResult result :
         {BigResult::kBf16, BigResult::kF32, BigResult::kAdd, BigResult::kGelu, BigResult::kGeglu}) {
      all.push_back({result, number, 200, 131, 448, 208, true, {.stages = 0}});
      all.push_back({result, number, 1, 1, 64, 16, false, {.stages = 0}});
    }
    all.push_back({BigResult::kBf16, number, 70, 70, 200, 336, true, {.stages = 0}});
    all.push_back({BigResult::kRotated, number, 150, 77, 256, 272, true, {.stages = 0}});
    for (const BigResult result : {BigResult::kAdd, BigResult::kGeglu, BigResult::kRotated}) {
      for (const big::BigPlan& plan : big::list_plans(result)) {
        const int out = result == BigResult::kAdd ? 520 : 512;
        all.push_back({result, number, 210, 195, out, 336, true, plan});
      }
    }
    // More tiles than clusters at once.
    all.push_back({BigResult::kAdd, number, 1100, 1050, 2816, 80, true, {192, 128, 2, 4}});
  }
  return all;
}

INSTANTIATE_TEST_SUITE_P(Shapes, BigLinear, ::testing::ValuesIn(cases()));

TEST(BigLinearRepeats, GivesTheSameBits) {
  if (!has_big_linear()) GTEST_SKIP() << "no GPU of compute capability 9.0";
  constexpr int kRows = 300;
  constexpr int kOut = 2048;
  constexpr int kIn = 1104;
  const Numbers<__nv_bfloat16> x(kRows * kIn, 1.f, 1);
  const Numbers<__nv_bfloat16> w(kOut * kIn, 1.f, 2);
  const BigWeight weight = pack_big({.rows = w.device.get(), .out = kOut, .in = kIn});
  std::vector<float> first;
  for (int run = 0; run < 10; ++run) {
    const Output y(kRows, kOut, true);
    const BigProduct product{.x = x.device.get(),
                             .rows = kRows,
                             .stride = kIn,
                             .weights = {&weight},
                             .result = BigResult::kAdd,
                             .y = {y.view()}};
    for (int i = 0; i < 3; ++i) big::run_planned(product, {192, 128, 3, 4}, nullptr);
    AWD_CUDA(cudaDeviceSynchronize());
    if (run == 0) first = y.values();
    EXPECT_EQ(y.values(), first) << "run " << run;
  }
}

TEST(BigLinearFits, AsksForWholeRuns) {
  EXPECT_TRUE(big_linear_fits(4304, 1152, BigNumber::kBf16, false));
  EXPECT_TRUE(big_linear_fits(32768, 2048, BigNumber::kE4m3, true));
  EXPECT_FALSE(big_linear_fits(1152, 588, BigNumber::kBf16, false));  // rows of 16 bytes
  EXPECT_FALSE(big_linear_fits(1028, 1152, BigNumber::kBf16, false));
  EXPECT_FALSE(big_linear_fits(96, 1152, BigNumber::kBf16, true));
}

}  // namespace
}  // namespace awd::cuda
