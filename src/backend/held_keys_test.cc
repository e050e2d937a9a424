// Attention over held and own keys, and over equal groups of rows, on each device against backend ref.
#include <string>

#include "backend/ops_fixture.h"

namespace awd {
namespace {

constexpr int kLayers = 3;

struct Sizes {
  int heads, kv_heads, dim, queries;
  int held, own;  // tokens
};

constexpr Sizes kSizes[] = {{4, 1, 8, 6, 33, 6},     {8, 1, 256, 10, 53, 10}, {4, 1, 64, 51, 64, 51},
                            {4, 1, 64, 1, 90, 1},    {2, 1, 40, 5, 31, 1},    {4, 2, 8, 6, 41, 6},
                            {4, 2, 36, 51, 100, 51}, {2, 2, 72, 9, 5, 9},     {2, 1, 6, 3, 32, 64}};

class HeldKeysTest : public OpsTest {
 protected:
  struct Values {
    std::vector<float> held_k, held_v;  // [kLayers * stored, width]
    std::vector<float> q, k, v;
    int stored;  // rows of a layer, more than are held
  };

  Values draw(const Sizes& s) {
    const int stored = s.held + 7, width = s.kv_heads * s.dim;
    return {.held_k = random(kLayers * stored, width),
            .held_v = random(kLayers * stored, width),
            .q = random(s.queries, s.heads * s.dim),
            .k = random(s.own, width),
            .v = random(s.own, width),
            .stored = stored};
  }

  static void hold(Side& side, const Sizes& s, const Values& values, HeldKeys& held) {
    const int width = s.kv_heads * s.dim;
    const DType compute = side.device->compute_dtype();
    side.ops->hold(side.hold(values.held_k, kLayers * values.stored, width, compute),
                   side.hold(values.held_v, kLayers * values.stored, width, compute), s.held, held);
  }

  /// Attention over layer `layer` of `held`; `share` may be empty. Returns the output.
  static Tensor attend(Side& side, const Sizes& s, const Values& values, HeldKeys& held, int layer,
                       const Tensor& share) {
    const int width = s.kv_heads * s.dim;
    const int scratch = s.heads * s.queries * (held.capacity + s.own);
    const DType compute = side.device->compute_dtype();
    const Tensor out = side.make(s.queries, s.heads * s.dim, compute);
    side.ops->attention({.q = side.hold(values.q, s.queries, s.heads * s.dim, compute),
                         .k = side.hold(values.k, s.own, width, compute),
                         .v = side.hold(values.v, s.own, width, compute),
                         .out = out,
                         .scores = side.make(1, scratch, DType::kF32),
                         .probabilities = side.make(1, scratch, compute),
                         .key_share = share,
                         .heads = s.heads,
                         .kv_heads = s.kv_heads,
                         .scale = 1.f / std::sqrt(float(s.dim)),
                         .held = &held,
                         .held_layer = layer});
    return out;
  }
};

TEST_P(HeldKeysTest, AttentionSeesHeldThenOwnKeys) {
  for (const Sizes& s : kSizes) {
    SCOPED_TRACE(testing::Message() << s.heads << " heads, " << s.held << " held, " << s.own << " own");
    const Values values = draw(s);
    for (const int share_rows : {0, 1, s.heads}) {
      for (const int layer : {0, kLayers - 1}) {
        compare([&](Side& side) {
          const auto held = side.device->make_held_keys(kLayers, s.held + 20, s.own, s.kv_heads * s.dim);
          hold(side, s, values, *held);
          const Tensor share = share_rows > 0 ? side.make(share_rows, s.held, DType::kF32) : Tensor{};
          const Tensor out = attend(side, s, values, *held, layer, share);
          return share_rows > 0 ? share : out;
        });
      }
    }
  }
}

TEST_P(HeldKeysTest, AnyNumberOfThreadsSharesTheWork) {
  const Sizes s{8, 1, 64, 10, 150, 10};
  const Values values = draw(s);
  for (const int threads : {1, 2, 5}) {
    compare([&](Side& side) {
      side.ops = side.device->make_ops(threads);
      const Ops::Scope scope(*side.ops);
      const auto held = side.device->make_held_keys(kLayers, s.held, s.own, s.dim);
      hold(side, s, values, *held);
      return attend(side, s, values, *held, 2, {});
    });
  }
}

TEST_P(HeldKeysTest, HeldKeysAreReplacedAndOutliveAnAttention) {
  // Longer, shorter, then longer again; attentions with more and fewer keys of their own in between.
  const Sizes rounds[] = {{2, 1, 16, 4, 70, 9}, {2, 1, 16, 4, 37, 3}, {2, 1, 16, 4, 64, 9}};
  std::vector<Values> values;
  for (const Sizes& s : rounds) values.push_back(draw(s));
  const Sizes few{2, 1, 16, 1, 64, 1};
  const Values of_few{
      .held_k = {}, .held_v = {}, .q = random(1, 32), .k = random(1, 16), .v = random(1, 16), .stored = 0};
  compare([&](Side& side) {
    const auto held = side.device->make_held_keys(kLayers, 80, 9, 16);
    for (std::size_t i = 0; i < 3; ++i) {
      hold(side, rounds[i], values[i], *held);
      attend(side, rounds[i], values[i], *held, 1, {});
    }
    EXPECT_EQ(held->tokens, 64);
    return attend(side, few, of_few, *held, 1, {});
  });
}

TEST_P(HeldKeysTest, GroupsOfRowsSeeThemselvesOnly) {
  const int batches = 3, rows = 37, heads = 2, dim = 24, width = heads * dim;
  const auto q = random(batches * rows, width), k = random(batches * rows, width), v = random(batches * rows, width);
  compare([&](Side& side) {
    const DType compute = side.device->compute_dtype();
    const Tensor out = side.make(batches * rows, width, compute);
    side.ops->attention({.q = side.hold(q, batches * rows, width, compute),
                         .k = side.hold(k, batches * rows, width, compute),
                         .v = side.hold(v, batches * rows, width, compute),
                         .out = out,
                         .scores = side.make(1, batches * heads * rows * rows, DType::kF32),
                         .probabilities = side.make(1, batches * heads * rows * rows, compute),
                         .key_share = {},
                         .heads = heads,
                         .kv_heads = heads,
                         .scale = 0.2f,
                         .batches = batches});
    return out;
  });
}

INSTANTIATE_TEST_SUITE_P(All, HeldKeysTest, testing::ValuesIn(device_rows()),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace awd
