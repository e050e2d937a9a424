// Every op but the linear layers, written once and run on each device against backend ref with a tolerance.
#include "backend/ops.h"

#include <string>

#include "backend/ops_fixture.h"

namespace awd {
namespace {

struct Heads {
  int heads, kv_heads, dim, queries, keys;
};

constexpr Heads kHeads[] = {{4, 1, 8, 6, 41},    {4, 2, 8, 6, 41},   {3, 3, 16, 64, 64}, {4, 1, 64, 200, 210},
                            {8, 1, 256, 11, 90}, {2, 2, 72, 50, 47}, {2, 1, 6, 1, 5}};

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

// Widths and beginnings of whole 16 bytes, and others.
TEST_P(OpsTest, CopyRowsOfOneTypeAreTheSame) {
  for (const int cols : {16, 24, 13}) {
    for (const int first : {0, 8, 3}) {
      const auto x = random(3, 48), before = random(7, 48);
      for (const bool is_f32 : {false, true}) {
        compare([&](Side& side) {
          const DType dtype = is_f32 ? DType::kF32 : side.device->compute_dtype();
          const Tensor y = side.hold(before, 7, 48, dtype);
          side.ops->copy_rows(side.hold(x, 3, 48, dtype).col_range(8, cols), y.col_range(first, cols));
          return y;
        });
      }
    }
  }
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

TEST_P(OpsTest, PatchifyMapsLevelsLikePixels) {
  std::vector<std::uint8_t> pixels(48);
  std::vector<float> levels(48);
  for (std::size_t i = 0; i < pixels.size(); ++i) {
    pixels[i] = static_cast<std::uint8_t>(5 * i);
    levels[i] = float(pixels[i]) / 255.f;
  }
  const Tensor of_pixels = tested_->make(4, 12, DType::kF32), of_levels = tested_->make(4, 12, DType::kF32);
  tested_->ops->patchify({.pixels = pixels.data(), .side = 4}, 2, of_pixels);
  tested_->ops->patchify({.side = 4, .levels = levels.data()}, 2, of_levels);
  const std::vector<float> expected = tested_->read(of_pixels), got = tested_->read(of_levels);
  for (std::size_t i = 0; i < expected.size(); ++i) EXPECT_NEAR(got[i], expected[i], 1e-6) << i;
}

INSTANTIATE_TEST_SUITE_P(All, OpsTest, testing::ValuesIn(device_rows()),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace awd
