// Linear layers on every device against backend ref: shapes, views, stored formats, gates, threads.
#include <bit>
#include <cstring>
#include <string>

#include "backend/ops_fixture.h"

namespace awd {
namespace {

class LinearTest : public OpsTest {};

// Row counts from one (the state token) over odd ones (a horizon) to a prefix; widths that no vector length divides.
// The last ones are cut along K and along the rows by the tile unit's kernels.
constexpr struct {
  int rows, in, out;
} kLinearShapes[] = {{1, 32, 24},    {7, 5, 3},     {10, 72, 256},  {20, 256, 192},
                     {50, 588, 129}, {131, 50, 65}, {97, 1100, 70}, {330, 2200, 40}};

TEST_P(LinearTest, LinearReplacesAndAdds) {
  for (const auto& shape : kLinearShapes) {
    for (const Write write : {Write::kReplace, Write::kAdd}) {
      for (const bool has_bias : {false, true}) {
        const auto x = random(shape.rows, shape.in);
        const auto weight = random(shape.out, shape.in);
        const auto bias = has_bias ? random(1, shape.out) : std::vector<float>{};
        const auto before = random(shape.rows, shape.out);
        compare_linear([&](Side& side) {
          const DType compute = side.device->compute_dtype();
          const auto layer = side.device->pack({{stored(weight, shape.out, shape.in)}, bias, compute});
          const Tensor y = side.hold(before, shape.rows, shape.out, DType::kF32);
          side.ops->linear(side.hold(x, shape.rows, shape.in, compute), *layer, y, write);
          return y;
        });
      }
    }
  }
}

TEST_P(LinearTest, LinearOfViewsWritesComputeType) {
  const auto x = random(9, 48);
  const auto weight = random(10, 16);
  compare_linear([&](Side& side) {
    const DType compute = side.device->compute_dtype();
    const auto layer = side.device->pack({{stored(weight, 10, 16)}, {}, compute});
    const Tensor y = side.make(9, 30, compute);
    const Tensor input = side.hold(x, 9, 48, compute).col_range(16, 16);
    side.ops->linear(input, *layer, y.col_range(10, 10), Write::kReplace);
    return y;
  });
}

/// The bytes of `values` as a checkpoint may hold them.
std::vector<std::byte> as_stored(const std::vector<float>& values, FloatFormat format) {
  std::vector<std::byte> bytes(values.size() * bytes_of(format) + 1);  // begins at an odd address
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::uint32_t word = std::bit_cast<std::uint32_t>(values[i]);
    // Halves of the values in use: sign, exponent less 112, the upper ten bits of the mantissa.
    const auto half = static_cast<std::uint16_t>((word >> 16 & 0x8000u) | ((word >> 13 & 0x3ffffu) - (112u << 10)));
    const std::uint16_t brain = Bf16(values[i]).bits;
    const void* from = format == FloatFormat::kF32   ? static_cast<const void*>(&word)
                       : format == FloatFormat::kF16 ? static_cast<const void*>(&half)
                                                     : static_cast<const void*>(&brain);
    std::memcpy(bytes.data() + 1 + i * bytes_of(format), from, bytes_of(format));
  }
  return bytes;
}

TEST_P(LinearTest, LinearTakesPartsOfEveryStoredFormat) {
  constexpr int kIn = 40, kRows1 = 21, kRows2 = 5, kRows3 = 38;
  const auto x = random(33, kIn);
  constexpr int kWeights = (kRows1 + kRows2 + kRows3) * kIn;
  std::vector<float> weights;  // exact in every format
  weights.reserve(kWeights);
  for (int i = 0; i < kWeights; ++i) weights.push_back(float(i % 37 - 18) / 16.f);
  for (float& weight : weights) weight = weight == 0.f ? 0.5f : weight;
  const auto rows = [&](int first, int count, FloatFormat format) {
    return as_stored({weights.begin() + first * kIn, weights.begin() + (first + count) * kIn}, format);
  };
  const auto part1 = rows(0, kRows1, FloatFormat::kF32);
  const auto part2 = rows(kRows1, kRows2, FloatFormat::kF16);
  const auto part3 = rows(kRows1 + kRows2, kRows3, FloatFormat::kBf16);
  compare_linear([&](Side& side) {
    const DType compute = side.device->compute_dtype();
    const auto layer = side.device->pack({{{part1.data() + 1, FloatFormat::kF32, kRows1, kIn},
                                           {part2.data() + 1, FloatFormat::kF16, kRows2, kIn},
                                           {part3.data() + 1, FloatFormat::kBf16, kRows3, kIn}},
                                          {},
                                          compute});
    EXPECT_EQ(layer->out, kRows1 + kRows2 + kRows3);
    const Tensor y = side.make(33, layer->out, DType::kF32);
    side.ops->linear(side.hold(x, 33, kIn, compute), *layer, y, Write::kReplace);
    return y;
  });
}

TEST_P(LinearTest, GatedLinearIsGegluOfLinear) {
  for (const int half : {3, 16, 40}) {
    for (const int rows : {1, 10, 70}) {
      const auto x = random(rows, 96);
      auto weight = random(2 * half, 96);
      for (float& w : weight) w *= 0.125f;
      const auto bias = random(1, 2 * half);
      compare_linear([&](Side& side) {
        const DType compute = side.device->compute_dtype();
        const auto layer = side.device->pack(
            {.parts = {stored(weight, 2 * half, 96)}, .bias = bias, .dtype = compute, .is_gated = true});
        const Tensor y = side.make(rows, half, compute);
        side.ops->linear_geglu(side.hold(x, rows, 96, compute), *layer, y);
        return y;
      });
      // The same layer still is a linear one.
      compare_linear([&](Side& side) {
        const DType compute = side.device->compute_dtype();
        const auto layer = side.device->pack(
            {.parts = {stored(weight, 2 * half, 96)}, .bias = bias, .dtype = compute, .is_gated = true});
        const Tensor y = side.make(rows, 2 * half, compute);
        side.ops->linear(side.hold(x, rows, 96, compute), *layer, y, Write::kReplace);
        return y;
      });
    }
  }
}

TEST_P(LinearTest, LinearOfZerosAndOfOneSign) {
  // Rows without a range, and rows whose range does not contain zero.
  std::vector<float> x(3 * 64);
  for (std::size_t i = 0; i < 64; ++i) x[64 + i] = 2.f + float(i % 4), x[128 + i] = -1.f;
  std::vector<float> weight = random(20, 64);
  std::fill_n(weight.begin(), 64, 0.f);
  compare_linear([&](Side& side) {
    const DType compute = side.device->compute_dtype();
    const auto layer = side.device->pack({{stored(weight, 20, 64)}, {}, compute});
    const Tensor y = side.make(3, 20, DType::kF32);
    side.ops->linear(side.hold(x, 3, 64, compute), *layer, y, Write::kReplace);
    return y;
  });
}

TEST_P(LinearTest, ResultsDoNotDependOnTheNumberOfThreads) {
  const DType compute = tested_->device->compute_dtype();
  for (const int rows : {10, 300}) {
    const auto x = random(rows, 600);
    const auto weight = random(200, 600);
    const auto layer = tested_->device->pack({{stored(weight, 200, 600)}, {}, compute});
    const Tensor input = tested_->hold(x, rows, 600, compute);
    std::vector<std::vector<float>> results;
    for (const int threads : {1, 2, 3}) {
      const auto ops = tested_->device->make_ops(threads);
      const Ops::Scope scope(*ops);
      const Tensor y = tested_->make(rows, 200, DType::kF32);
      ops->linear(input, *layer, y, Write::kReplace);
      results.emplace_back(std::size_t(rows) * 200);
      ops->download(y, results.back());
    }
    EXPECT_EQ(results[0], results[1]);
    EXPECT_EQ(results[0], results[2]);
  }
}

INSTANTIATE_TEST_SUITE_P(All, LinearTest, testing::ValuesIn(device_rows()),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace awd
