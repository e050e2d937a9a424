// The parts of a Gemma layer, on each device against backend ref; with few rows and many, with and without modulation.
#include <string>

#include "backend/ops_fixture.h"

namespace awd {
namespace {

constexpr int kWidth = 96, kHeads = 4, kDim = 12;

class LayerPartsTest : public OpsTest {
 protected:
  /// A layer's weights, small enough for outputs of about 1.
  struct Weights {
    std::vector<float> values;
    int out, in;
  };
  Weights weights(int out, int in) {
    Weights w{random(out, in), out, in};
    for (float& value : w.values) value *= 0.125f;
    return w;
  }

  /// A layer for any number of rows; with `rows` for as many, if these are few.
  static LinearData data(const Side& side, const Weights& w, bool is_gated = false, int rows = 0) {
    return {.parts = {{reinterpret_cast<const std::byte*>(w.values.data()), FloatFormat::kF32, w.out, w.in}},
            .bias = {},
            .dtype = side.device->compute_dtype(),
            .is_gated = is_gated,
            .max_rows = rows <= 40 ? rows : 0};
  }

  static Tensor f32_row(Side& side, const std::vector<float>& values) {
    return side.hold(values, 1, int(values.size()), DType::kF32);
  }

  /// x [rows, kWidth] plus the MLP of its norm, with layers that this marks as an MLP's.
  static Tensor mlp_sum(Side& side, const std::vector<float>& x, const std::vector<float>& scale, LinearData gate_up,
                        LinearData down) {
    gate_up.is_mlp = down.is_mlp = true;
    const auto gate_up_layer = side.device->pack(gate_up), down_layer = side.device->pack(down);
    const int rows = int(x.size()) / kWidth;
    const DType compute = side.device->compute_dtype();
    const Tensor sum = side.hold(x, rows, kWidth, DType::kF32);
    side.ops->add_mlp({.x = sum,
                       .norm = {.scale = f32_row(side, scale), .shift = {}, .gate = {}},
                       .normed = side.make(rows, kWidth, compute),
                       .gate_up = gate_up_layer.get(),
                       .hidden = side.make(rows, gate_up_layer->out / 2, compute),
                       .down = down_layer.get(),
                       .branch = side.make(rows, kWidth, DType::kF32)});
    return sum;
  }

  const int row_counts_[4] = {1, 10, 40, 150};
};

TEST_P(LayerPartsTest, AttentionInputsAreNormedProjectedAndRotated) {
  const Weights q = weights(kHeads * kDim, kWidth), k = weights(kDim, kWidth), v = weights(kDim, kWidth);
  const auto scale = random(1, kWidth), shift = random(1, kWidth);
  for (const int rows : row_counts_) {
    const auto x = random(rows, kWidth), angles = random(rows, kDim);
    for (int output = 0; output < 4; ++output) {  // q, k, v; k without queries
      compare_linear([&](Side& side) {
        const DType compute = side.device->compute_dtype();
        const auto layer = side.device->pack_qkv(data(side, q), data(side, k), data(side, v), kDim);
        const Tensor outputs[] = {side.make(rows, kHeads * kDim, compute), side.make(rows, kDim, compute),
                                  side.make(rows, kDim, compute)};
        side.ops->attention_inputs({.x = side.hold(x, rows, kWidth, DType::kF32),
                                    .norm = {.scale = f32_row(side, scale),
                                             .shift = output == 0 ? Tensor{} : f32_row(side, shift),
                                             .gate = {}},
                                    .normed = side.make(rows, kWidth, compute),
                                    .layer = layer.get(),
                                    .angles = side.hold(angles, rows, kDim, DType::kF32),
                                    .q_out = output == 3 ? Tensor{} : outputs[0],
                                    .k_out = outputs[1],
                                    .v_out = outputs[2]});
        return outputs[output % 3 + output / 3];
      });
    }
  }
}

TEST_P(LayerPartsTest, GeluOfALinearLayer) {
  const Weights w = weights(70, kWidth);
  const auto bias = random(1, 70);
  for (const int rows : row_counts_) {
    const auto x = random(rows, kWidth);
    compare_linear([&](Side& side) {
      const DType compute = side.device->compute_dtype();
      LinearData layer_data = data(side, w);
      layer_data.bias = bias;
      const auto layer = side.device->pack(layer_data);
      const Tensor y = side.make(rows, 70, compute);
      side.ops->linear_gelu(side.hold(x, rows, kWidth, compute), *layer, y);
      return y;
    });
  }
}

TEST_P(LayerPartsTest, BranchIsGatedAndAdded) {
  const Weights w = weights(70, kWidth);
  const auto gate = random(1, 70);
  for (const int rows : row_counts_) {
    const auto input = random(rows, kWidth), x = random(rows, 70);
    for (const bool is_gated : {false, true}) {
      compare_linear([&](Side& side) {
        const auto layer = side.device->pack(data(side, w));
        const Tensor sum = side.hold(x, rows, 70, DType::kF32);
        side.ops->add_branch(side.hold(input, rows, kWidth, side.device->compute_dtype()), *layer,
                             is_gated ? f32_row(side, gate) : Tensor{}, sum, side.make(rows, 70, DType::kF32));
        return sum;
      });
    }
  }
}

TEST_P(LayerPartsTest, GatedUnitOfANorm) {
  const Weights w = weights(2 * 40, kWidth);
  const auto scale = random(1, kWidth), shift = random(1, kWidth);
  for (const int rows : row_counts_) {
    const auto x = random(rows, kWidth);
    compare_linear([&](Side& side) {
      const DType compute = side.device->compute_dtype();
      const auto layer = side.device->pack(data(side, w, true, rows));
      const Tensor y = side.make(rows, 40, compute);
      side.ops->norm_geglu(side.hold(x, rows, kWidth, DType::kF32),
                           {.scale = f32_row(side, scale), .shift = f32_row(side, shift), .gate = {}},
                           side.make(rows, kWidth, compute), *layer, y);
      return y;
    });
  }
}

TEST_P(LayerPartsTest, MlpFromNormToSum) {
  const int hidden = 64;
  const Weights gate_up = weights(2 * hidden, kWidth), down = weights(kWidth, hidden);
  const auto scale = random(1, kWidth);
  for (const int rows : row_counts_) {
    const auto x = random(rows, kWidth);
    compare_linear([&](Side& side) {
      LinearData first = data(side, gate_up, true, rows), second = data(side, down, false, rows);
      return mlp_sum(side, x, scale, first, second);
    });
  }
}

// Numbers beyond what fixed scales allow for, unless the layers say how large they get.
TEST_P(LayerPartsTest, MlpOfLargeNumbersThatAreKnown) {
  const int hidden = 64, rows = 150;
  Weights gate_up = weights(2 * hidden, kWidth);
  const Weights down = weights(kWidth, hidden);
  for (float& value : gate_up.values) value *= 0.125f;
  std::vector<float> scale = random(1, kWidth);
  for (float& value : scale) value *= 256.f;
  const auto x = random(rows, kWidth);
  compare_linear([&](Side& side) {
    LinearData first = data(side, gate_up, true), second = data(side, down);
    first.largest_input = 2500.f;
    second.largest_input = 15000.f;
    return mlp_sum(side, x, scale, first, second);
  });
}

INSTANTIATE_TEST_SUITE_P(All, LayerPartsTest, testing::ValuesIn(device_rows()),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace awd
