// Calls that are recorded and run again, and rows that are counted when they run: on each device against backend ref,
// with layers of the shapes that backends have kernels of their own for.
#include <stdexcept>
#include <string>

#include "backend/ops_fixture.h"

namespace awd {
namespace {

constexpr int kWidth = 256, kHeads = 2, kHeadDim = 256, kHidden = 320;

/// One Gemma layer with its buffers on one side.
struct Layer {
  std::unique_ptr<const QkvLinear> qkv;
  std::unique_ptr<const Linear> o, gate_up, down;
  Modulation norm;
  Tensor x, branch, normed, q, k, v, mixed, hidden, angles, scores, probabilities;
};

class RecordingTest : public OpsTest {
 protected:
  struct Weights {
    std::vector<float> q, k, v, o, gate_up, down, scale, shift, gate, angles;
  };

  std::vector<float> small(int out, int in) {
    std::vector<float> values = random(out, in);
    for (float& value : values) value *= 0.0625f;
    return values;
  }

  Weights draw(int rows) {
    const int q_width = kHeads * kHeadDim;
    return {.q = small(q_width, kWidth),
            .k = small(kHeadDim, kWidth),
            .v = small(kHeadDim, kWidth),
            .o = small(kWidth, q_width),
            .gate_up = small(2 * kHidden, kWidth),
            .down = small(kWidth, kHidden),
            .scale = random(1, kWidth),
            .shift = random(1, kWidth),
            .gate = random(1, kWidth),
            .angles = random(rows, kHeadDim)};
  }

  static Layer make_layer(Side& side, const Weights& w, int rows, bool is_modulated, int max_rows) {
    const DType compute = side.device->compute_dtype();
    const auto data = [&](const std::vector<float>& values, int out, int in, bool is_gated = false) -> LinearData {
      return {
          .parts = {stored(values, out, in)}, .bias = {}, .dtype = compute, .is_gated = is_gated, .max_rows = max_rows};
    };
    const auto row = [&](const std::vector<float>& values) { return side.hold(values, 1, kWidth, DType::kF32); };
    const int q_width = kHeads * kHeadDim;
    return {.qkv = side.device->pack_qkv(data(w.q, q_width, kWidth), data(w.k, kHeadDim, kWidth),
                                         data(w.v, kHeadDim, kWidth), kHeadDim),
            .o = side.device->pack(data(w.o, kWidth, q_width)),
            .gate_up = side.device->pack(data(w.gate_up, 2 * kHidden, kWidth, true)),
            .down = side.device->pack(data(w.down, kWidth, kHidden)),
            .norm = {row(w.scale), is_modulated ? row(w.shift) : Tensor{}, is_modulated ? row(w.gate) : Tensor{}},
            .x = side.make(rows, kWidth, DType::kF32),
            .branch = side.make(rows, kWidth, DType::kF32),
            .normed = side.make(rows, kWidth, compute),
            .q = side.make(rows, q_width, compute),
            .k = side.make(rows, kHeadDim, compute),
            .v = side.make(rows, kHeadDim, compute),
            .mixed = side.make(rows, q_width, compute),
            .hidden = side.make(rows, kHidden, compute),
            .angles = side.hold(w.angles, rows, kHeadDim, DType::kF32),
            .scores = side.make(1, kHeads * rows * rows, DType::kF32),
            .probabilities = side.make(1, kHeads * rows * rows, compute)};
  }

  /// The layer on the rows that `rows(tensor)` picks.
  template <class F>
  static void run_layer(Ops& ops, const Layer& l, F&& rows) {
    ops.attention_inputs({.x = rows(l.x),
                          .norm = l.norm,
                          .normed = rows(l.normed),
                          .layer = l.qkv.get(),
                          .angles = rows(l.angles),
                          .q_out = rows(l.q),
                          .k_out = rows(l.k),
                          .v_out = rows(l.v)});
    ops.attention({.q = rows(l.q),
                   .k = rows(l.k),
                   .v = rows(l.v),
                   .out = rows(l.mixed),
                   .scores = l.scores,
                   .probabilities = l.probabilities,
                   .key_share = {},
                   .heads = kHeads,
                   .kv_heads = 1,
                   .scale = 1.f / 16});
    ops.add_branch(rows(l.mixed), *l.o, l.norm.gate, rows(l.x), rows(l.branch));
    ops.add_mlp({.x = rows(l.x),
                 .norm = l.norm,
                 .normed = rows(l.normed),
                 .gate_up = l.gate_up.get(),
                 .hidden = rows(l.hidden),
                 .down = l.down.get(),
                 .branch = rows(l.branch)});
  }
};

TEST_P(RecordingTest, LayersRunAgainOnNewNumbers) {
  constexpr double kProducts = 4;  // of a layer, one behind the other
  struct Case {
    int rows, max_rows;
    bool is_modulated;
  };
  for (const Case& c : {Case{10, 16, true}, Case{1, 16, true}, Case{50, 51, false}, Case{90, 0, false}}) {
    SCOPED_TRACE(testing::Message() << c.rows << " rows");
    const Weights weights = draw(c.rows);
    std::vector<std::vector<float>> inputs;
    for (int run = 0; run < 4; ++run) inputs.push_back(random(c.rows, kWidth));
    for (std::size_t runs = 1; runs <= inputs.size(); ++runs) {
      compare_within(kProducts * GetParam().linear_tolerance, [&](Side& side) {
        const Layer layer = make_layer(side, weights, c.rows, c.is_modulated, c.max_rows);
        for (std::size_t run = 0; run < runs; ++run) {
          side.ops->upload(inputs[run], layer.x);
          side.ops->run_recorded(100 * runs + std::uint64_t(c.rows),
                                 [&] { run_layer(*side.ops, layer, [](const Tensor& tensor) { return tensor; }); });
        }
        return layer.x;
      });
    }
  }
}

TEST_P(RecordingTest, RowsAreCountedWhenTheyRun) {
  constexpr int kRows = 150;
  const Weights weights = draw(kRows);
  const auto input = random(kRows, kWidth);
  std::uint64_t key = 1;
  for (const int last : {1, 77, 150}) {
    compare_linear([&](Side& side) {
      const Layer layer = make_layer(side, weights, kRows, false, 0);
      ++key;
      for (const int count : {kRows, 20, last}) {
        side.ops->set_live_rows(count);
        side.ops->upload(input, layer.x);
        side.ops->run_recorded(
            key, [&] { run_layer(*side.ops, layer, [&](const Tensor& tensor) { return side.ops->live(tensor); }); });
      }
      return layer.x.row_range(0, last);
    });
  }
}

TEST_P(RecordingTest, RowOperationsLeaveRowsThatDoNotCount) {
  // Of four rows two count; what lies behind them in x is not touched.
  const auto x = random(4, 48), y = random(4, 48), angles = random(4, 12);
  const auto weight = random(1, 48);
  compare([&](Side& side) {
    Ops& ops = *side.ops;
    const DType compute = side.device->compute_dtype();
    ops.set_live_rows(2);
    const Tensor sum = side.hold(x, 4, 48, DType::kF32), turned = side.hold(y, 4, 48, compute);
    ops.add_scaled(ops.live(sum), ops.live(side.hold(y, 4, 48, DType::kF32)), 0.5f);
    ops.add_gated(ops.live(sum), ops.live(side.hold(y, 4, 48, DType::kF32)), side.hold(weight, 1, 48, DType::kF32));
    ops.silu(ops.live(sum));
    ops.rope(ops.live(turned), ops.live(side.hold(angles, 4, 12, DType::kF32)));
    ops.gelu(ops.live(turned));
    ops.rms_norm(ops.live(sum), side.hold(weight, 1, 48, DType::kF32), {}, ops.live(turned));
    const Tensor all = side.make(8, 48, DType::kF32);
    ops.copy_rows(sum, all.row_range(0, 4));
    ops.copy_rows(turned.row_range(0, 2), all.row_range(4, 4));
    return all;
  });
}

TEST_P(RecordingTest, ALeftRecordingIsForgotten) {
  const auto x = random(3, 40), y = random(3, 40);
  compare([&](Side& side) {
    const Tensor sum = side.hold(x, 3, 40, DType::kF32), other = side.hold(y, 3, 40, DType::kF32);
    for (int run = 0; run < 5; ++run) {
      const auto calls = [&] {
        side.ops->add_scaled(sum, other, 0.25f);
        if (run == 1) throw std::runtime_error("left");
      };
      try {
        side.ops->run_recorded(7, calls);
      } catch (const std::runtime_error&) {
        side.ops->upload(x, sum);
      }
    }
    return sum;
  });
}

TEST_P(RecordingTest, MoreRecordingsThanAreKept) {
  const auto x = random(3, 40), y = random(3, 40);
  compare([&](Side& side) {
    const Tensor sum = side.hold(x, 3, 40, DType::kF32), other = side.hold(y, 3, 40, DType::kF32);
    for (int round = 0; round < 3; ++round) {
      for (std::uint64_t key = 0; key < 50; ++key) {
        for (int run = 0; run < 3; ++run) {
          side.ops->run_recorded(key, [&] { side.ops->add_scaled(sum, other, 0.01f * float(key % 7)); });
        }
        side.ops->run_recorded(1000, [&] { side.ops->add_scaled(sum, other, -0.08f); });
      }
    }
    return sum;
  });
}

INSTANTIATE_TEST_SUITE_P(All, RecordingTest, testing::ValuesIn(device_rows()),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace awd
