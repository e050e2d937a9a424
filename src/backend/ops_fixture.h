// What tests of operations share: the devices, each with its tolerances, and the comparison with backend ref.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <vector>

#include "backend/device.h"
#include "base/half.h"
#include "base/rng.h"

namespace awd {

/// A device under test.
struct Row {
  const char* name;
  bool is_ref;
  DType compute;
  CpuDeviceOptions options;
  double tolerance;         // of the largest value of the output
  double linear_tolerance;  // likewise, of linear layers
};

inline constexpr Row kRows[] = {
    {"ref", true, DType::kF32, {}, 0.0, 0.0},
    {"cpu_f32", false, DType::kF32, {}, 1e-5, 1e-5},
    {"cpu_bf16", false, DType::kBf16, {}, 1e-2, 1e-2},
    {"cpu_bf16_onednn", false, DType::kBf16, {.tile_unit = false}, 1e-2, 1e-2},
    {"cpu_int8", false, DType::kBf16, {.int8_weights = true}, 1e-2, 3e-2},
    {"cpu_int8_onednn", false, DType::kBf16, {.int8_weights = true, .tile_unit = false}, 1e-2, 3e-2}};

/// The device under test beside the judge; inputs are given to both.
class OpsTest : public testing::TestWithParam<Row> {
 protected:
  struct Side {
    std::unique_ptr<const Device> device;
    std::unique_ptr<Ops> ops;
    std::vector<Buffer> buffers;  // kept until the test ends

    explicit Side(std::unique_ptr<const Device> on) : device(std::move(on)), ops(device->make_ops(1)) {}

    Tensor make(int rows, int cols, DType dtype) {
      buffers.push_back(device->allocate(rows, cols, dtype));
      return buffers.back().tensor();
    }
    /// A tensor of the compute type (or f32) that holds `values`.
    Tensor hold(const std::vector<float>& values, int rows, int cols, DType dtype) {
      const Tensor tensor = make(rows, cols, dtype);
      ops->upload(values, tensor);
      return tensor;
    }
    std::vector<float> read(const Tensor& tensor) {
      std::vector<float> values(std::size_t(tensor.rows) * std::size_t(tensor.cols));
      ops->download(tensor, values);
      return values;
    }
  };

  void SetUp() override {
    if (GetParam().compute == DType::kBf16 && !cpu_has_bf16_units()) GTEST_SKIP() << "no bf16 units";
    if (GetParam().options.int8_weights && !cpu_has_int8_units()) GTEST_SKIP() << "no int8 units";
    judge_ = std::make_unique<Side>(make_ref_device());
    tested_ = std::make_unique<Side>(GetParam().is_ref ? make_ref_device()
                                                       : make_cpu_device(GetParam().compute, GetParam().options));
  }

  /// Normal values, rounded to the compute type so that both sides start from the same numbers.
  std::vector<float> random(int rows, int cols) {
    std::vector<float> values;
    for (int i = 0; i < rows * cols; ++i) {
      const auto value = static_cast<float>(rng_.normal());
      values.push_back(GetParam().compute == DType::kBf16 ? float(Bf16(value)) : value);
    }
    return values;
  }

  /// Runs `body(side)` on both sides and compares the tensors it returns.
  template <class F>
  void compare(F&& body) {
    compare_within(GetParam().tolerance, body);
  }
  template <class F>
  void compare_linear(F&& body) {
    compare_within(GetParam().linear_tolerance, body);
  }

  template <class F>
  void compare_within(double tolerance, F&& body) {
    const std::vector<float> expected = judge_->read(body(*judge_));
    const std::vector<float> got = tested_->read(body(*tested_));
    ASSERT_EQ(got.size(), expected.size());
    float largest = 0;
    float difference = 0;
    for (std::size_t i = 0; i < got.size(); ++i) {
      ASSERT_TRUE(std::isfinite(got[i])) << i;
      largest = std::max(largest, std::abs(expected[i]));
      difference = std::max(difference, std::abs(got[i] - expected[i]));
    }
    EXPECT_GT(largest, 0.f);
    EXPECT_LE(difference, tolerance * double(largest));
  }

  Rng rng_{5};
  std::unique_ptr<Side> judge_, tested_;
};

}  // namespace awd
