// Every op, written once and run on each (backend, compute type) against backend ref with a tolerance.
#include "backend/ops.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "backend/device.h"
#include "base/half.h"
#include "base/rng.h"

namespace awd {
namespace {

struct Row {
  const char* name;
  bool is_ref;
  DType compute;
  double tolerance;  // of the largest value of the output
};

constexpr Row kRows[] = {
    {"ref", true, DType::kF32, 0.0}, {"cpu_f32", false, DType::kF32, 1e-5}, {"cpu_bf16", false, DType::kBf16, 1e-2}};

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
    judge_ = std::make_unique<Side>(make_ref_device());
    tested_ = std::make_unique<Side>(GetParam().is_ref ? make_ref_device() : make_cpu_device(GetParam().compute));
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
    EXPECT_LE(difference, GetParam().tolerance * double(largest));
  }

  Rng rng_{5};
  std::unique_ptr<Side> judge_, tested_;
};

// Row counts from one (the state token) over odd ones (a horizon) to a prefix; widths that no vector length divides.
constexpr struct { int rows, in, out; } kLinearShapes[] = {{1, 32, 24}, {7, 5, 3}, {20, 256, 192}, {131, 50, 65}};

TEST_P(OpsTest, LinearReplacesAndAdds) {
  for (const auto& shape : kLinearShapes) {
    for (const Write write : {Write::kReplace, Write::kAdd}) {
      for (const bool has_bias : {false, true}) {
        const auto x = random(shape.rows, shape.in);
        const auto weight = random(shape.out, shape.in);
        const auto bias = has_bias ? random(1, shape.out) : std::vector<float>{};
        const auto before = random(shape.rows, shape.out);
        compare([&](Side& side) {
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

TEST_P(OpsTest, LinearOfViewsWritesComputeType) {
  const auto x = random(9, 48);
  const auto weight = random(10, 16);
  compare([&](Side& side) {
    const DType compute = side.device->compute_dtype();
    const auto layer = side.device->pack({{stored(weight, 10, 16)}, {}, compute});
    const Tensor y = side.make(9, 30, compute);
    const Tensor input = side.hold(x, 9, 48, compute).col_range(16, 16);
    side.ops->linear(input, *layer, y.col_range(10, 10), Write::kReplace);
    return y;
  });
}

struct Heads {
  int heads, kv_heads, dim, queries, keys;
};

constexpr Heads kHeads[] = {
    {4, 1, 8, 6, 41}, {4, 2, 8, 6, 41}, {3, 3, 16, 64, 64}, {4, 1, 64, 200, 210}, {2, 1, 6, 1, 5}};

TEST_P(OpsTest, AttentionAndItsKeyShare) {
  for (const Heads& h : kHeads) {
    for (const int share_rows : {0, 1, h.heads}) {
      const auto q = random(h.queries, h.heads * h.dim);
      const auto k = random(h.keys, h.kv_heads * h.dim);
      const auto v = random(h.keys, h.kv_heads * h.dim);
      compare([&](Side& side) {
        const DType compute = side.device->compute_dtype();
        const Tensor out = side.make(h.queries, h.heads * h.dim, compute);
        const Tensor share = side.make(std::max(share_rows, 1), h.keys, DType::kF32);
        const int scratch = h.heads * h.queries * h.keys;
        side.ops->attention({.q = side.hold(q, h.queries, h.heads * h.dim, compute),
                             .k = side.hold(k, h.keys, h.kv_heads * h.dim, compute),
                             .v = side.hold(v, h.keys, h.kv_heads * h.dim, compute),
                             .out = out,
                             .scores = side.make(1, scratch, DType::kF32),
                             .probabilities = side.make(1, scratch, compute),
                             .key_share = share_rows > 0 ? share : Tensor{},
                             .heads = h.heads,
                             .kv_heads = h.kv_heads,
                             .scale = 1.f / std::sqrt(float(h.dim))});
        return share_rows > 0 ? share : out;
      });
    }
  }
}

TEST_P(OpsTest, KeyShareKeepsHeadsApart) {
  // Two queries of two one-column heads; keys 0 and 1. A query of ln 3 shares 1 : 3, a query of 0 evenly.
  const float log3 = std::log(3.f);
  const DType compute = tested_->device->compute_dtype();
  const auto share_of = [&](int rows) {
    const Tensor share = tested_->make(rows, 2, DType::kF32);
    tested_->ops->attention({.q = tested_->hold({0.f, log3, log3, log3}, 2, 2, compute),
                             .k = tested_->hold({0.f, 1.f}, 2, 1, compute),
                             .v = tested_->hold({0.f, 0.f}, 2, 1, compute),
                             .out = tested_->make(2, 2, compute),
                             .scores = tested_->make(1, 8, DType::kF32),
                             .probabilities = tested_->make(1, 8, compute),
                             .key_share = share,
                             .heads = 2,
                             .kv_heads = 1,
                             .scale = 1.f});
    return tested_->read(share);
  };
  const std::vector<float> apart = share_of(2), mean = share_of(1);
  const std::vector<float> expected{0.375f, 0.625f, 0.25f, 0.75f};
  for (std::size_t i = 0; i < 4; ++i) EXPECT_NEAR(apart[i], expected[i], 4e-3) << i;
  for (std::size_t key = 0; key < 2; ++key) EXPECT_NEAR(mean[key], (apart[key] + apart[2 + key]) / 2, 1e-6) << key;
}

TEST_P(OpsTest, AttentionTakesColumnsOfOneMatrix) {
  const auto qkv = random(33, 3 * 32);
  compare([&](Side& side) {
    const DType compute = side.device->compute_dtype();
    const Tensor all = side.hold(qkv, 33, 96, compute);
    const Tensor out = side.make(33, 32, compute);
    side.ops->attention({.q = all.col_range(0, 32),
                         .k = all.col_range(32, 32),
                         .v = all.col_range(64, 32),
                         .out = out,
                         .scores = side.make(1, 2 * 33 * 33, DType::kF32),
                         .probabilities = side.make(1, 2 * 33 * 33, compute),
                         .key_share = {},
                         .heads = 2,
                         .kv_heads = 2,
                         .scale = 0.25f});
    return out;
  });
}

TEST_P(OpsTest, LayerNorm) {
  const auto x = random(13, 37);
  const auto weight = random(1, 37);
  const auto bias = random(1, 37);
  compare([&](Side& side) {
    const Tensor y = side.make(13, 37, side.device->compute_dtype());
    side.ops->layer_norm(side.hold(x, 13, 37, DType::kF32), side.hold(weight, 1, 37, DType::kF32),
                         side.hold(bias, 1, 37, DType::kF32), y);
    return y;
  });
}

TEST_P(OpsTest, RmsNormWithAndWithoutShift) {
  for (const bool has_shift : {false, true}) {
    const auto x = random(13, 37);
    const auto scale = random(1, 37);
    const auto shift = random(1, 37);
    compare([&](Side& side) {
      const Tensor y = side.make(13, 37, side.device->compute_dtype());
      const Tensor shift_row = side.hold(shift, 1, 37, DType::kF32);
      side.ops->rms_norm(side.hold(x, 13, 37, DType::kF32), side.hold(scale, 1, 37, DType::kF32),
                         has_shift ? shift_row : Tensor{}, y);
      return y;
    });
  }
}

TEST_P(OpsTest, RopeTurnsEveryHead) {
  const auto x = random(7, 3 * 10);
  const auto angles = random(7, 10);
  compare([&](Side& side) {
    const Tensor y = side.hold(x, 7, 30, side.device->compute_dtype());
    side.ops->rope(y, side.hold(angles, 7, 10, DType::kF32));
    return y;
  });
}

TEST_P(OpsTest, GeluSiluGeglu) {
  const auto x = random(11, 46);
  compare([&](Side& side) {
    const Tensor y = side.hold(x, 11, 46, side.device->compute_dtype());
    side.ops->gelu(y);
    return y;
  });
  compare([&](Side& side) {
    const Tensor y = side.hold(x, 11, 46, DType::kF32);
    side.ops->silu(y);
    return y;
  });
  compare([&](Side& side) {
    const Tensor y = side.make(11, 23, side.device->compute_dtype());
    side.ops->geglu(side.hold(x, 11, 46, side.device->compute_dtype()), y);
    return y;
  });
}

TEST_P(OpsTest, ExtremeInputsStayFinite) {
  const std::vector<float> x = {-1e4f, -100.f, -10.f, 0.f, 10.f, 100.f, 1e4f, 1e-30f};
  compare([&](Side& side) {
    const Tensor y = side.hold(x, 1, 8, DType::kF32);
    side.ops->gelu(y);
    side.ops->silu(y);
    return y;
  });
}

TEST_P(OpsTest, AddScaledAndGated) {
  const auto x = random(5, 19);
  const auto y = random(5, 19);
  const auto gate = random(1, 19);
  compare([&](Side& side) {
    const Tensor sum = side.hold(x, 5, 19, DType::kF32);
    const Tensor other = side.hold(y, 5, 19, DType::kF32);
    side.ops->add_scaled(sum, other, -0.1f);
    side.ops->add_gated(sum, other, side.hold(gate, 1, 19, DType::kF32));
    return sum;
  });
}

TEST_P(OpsTest, CopyRowsRepeatsAndConverts) {
  const auto x = random(3, 17);
  compare([&](Side& side) {
    const Tensor y = side.make(8, 17, side.device->compute_dtype());
    side.ops->copy_rows(side.hold(x, 3, 17, DType::kF32), y);
    return y;
  });
}

TEST_P(OpsTest, GatherAndScatterRows) {
  const auto x = random(5, 17);
  const auto before = random(5, 17);
  const std::vector<int> at{4, 0, 3};
  compare([&](Side& side) {
    const DType compute = side.device->compute_dtype();
    const Tensor few = side.make(3, 17, compute);
    const Tensor y = side.hold(before, 5, 17, compute);
    side.ops->gather_rows(side.hold(x, 5, 17, compute), at, few);
    side.ops->scatter_rows(few, at, y);
    return y;
  });
  const Tensor y = tested_->make(3, 17, DType::kF32);
  tested_->ops->gather_rows(tested_->hold(x, 5, 17, DType::kF32), at, y);
  const std::vector<float> got = tested_->read(y);
  for (std::size_t c = 0; c < 17; ++c) EXPECT_EQ(got[c], x[4 * 17 + c]);
}

TEST_P(OpsTest, PatchifyOrdersChannelThenRow) {
  // A 4 x 4 picture in 2 x 2 patches; pixel p has red 3p, green 3p + 1, blue 3p + 2.
  std::vector<std::uint8_t> pixels(48);
  for (std::size_t i = 0; i < pixels.size(); ++i) pixels[i] = static_cast<std::uint8_t>(i);
  const Tensor out = tested_->make(4, 12, DType::kF32);
  tested_->ops->patchify({pixels.data(), 4}, 2, out);
  const std::vector<float> got = tested_->read(out);
  // Patch 1 is the upper right one: pixels 2, 3, 6, 7; reds first.
  const int expected[] = {6, 9, 18, 21, 7, 10, 19, 22, 8, 11, 20, 23};
  for (std::size_t i = 0; i < 12; ++i) EXPECT_FLOAT_EQ(got[12 + i], float(expected[i]) / 127.5f - 1.f) << i;
}

TEST_P(OpsTest, TwoThreadsGiveTheSameRows) {
  const auto x = random(300, 64);
  const auto weight = random(64, 64);
  const auto ops = tested_->device->make_ops(2);
  const auto layer = tested_->device->pack({{stored(weight, 64, 64)}, {}, tested_->device->compute_dtype()});
  const Tensor input = tested_->hold(x, 300, 64, tested_->device->compute_dtype());
  const Tensor y = tested_->make(300, 64, DType::kF32);
  const Tensor same = tested_->make(300, 64, DType::kF32);
  tested_->ops->linear(input, *layer, y, Write::kReplace);
  {
    const Ops::Scope scope(*ops);
    ops->linear(input, *layer, same, Write::kReplace);
  }
  EXPECT_EQ(tested_->read(y), tested_->read(same));
}

INSTANTIATE_TEST_SUITE_P(All, OpsTest, testing::ValuesIn(kRows),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace awd
