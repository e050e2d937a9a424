// What tests of operations share: the devices, each with its tolerances, and the comparison with backend ref.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <span>
#include <vector>

#include "backend/device.h"
#include "base/half.h"
#include "base/rng.h"

namespace awd {

/// A device under test.
struct Row {
  const char* name;
  DType compute;
  double tolerance;         // of the largest value of the output
  double linear_tolerance;  // likewise, of linear layers
  std::unique_ptr<const Device> (*make)();
  bool (*is_there)();  // on this machine
};

/// The devices of this test binary.
std::span<const Row> device_rows();

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
    if (!GetParam().is_there()) GTEST_SKIP() << "not on this machine";
    judge_ = std::make_unique<Side>(make_ref_device());
    tested_ = std::make_unique<Side>(GetParam().make());
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
