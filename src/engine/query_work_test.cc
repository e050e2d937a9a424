// Multiply-adds of a geometry small enough to count by hand.
#include "engine/query_work.h"

#include <gtest/gtest.h>

namespace awd {
namespace {

ModelConfig geometry() {
  ModelConfig config;
  config.patch_size = 2;
  config.vision = {.width = 4, .depth = 3, .heads = 2, .mlp = 8};
  config.llm = {.width = 10, .depth = 2, .mlp = 6, .heads = 2, .kv_heads = 1, .head_dim = 4, .vocab = 5};
  config.expert = {.width = 6, .mlp = 12};
  config.variant = Variant::kPi05;
  config.model_action_dim = 3;
  config.horizon = 7;
  return config;
}

TEST(QueryWork, Vision) {
  // A patch: embedding 12 x 4; a layer 4 x 16 + 2 x 4 x 8 + 2 x 256 x 4 = 2176; projector 4 x 10.
  EXPECT_EQ(vision_work(geometry()), 256.0 * (48 + 3 * 2176 + 40));
}

TEST(QueryWork, PrefixLayer) {
  // A row: k and v 2 x 10 x 4 = 80; q and o 2 x 10 x 8 = 160; attention to 20 keys 2 x 20 x 8 = 320; MLP 3 x 60 = 180.
  EXPECT_EQ(layer_work(geometry(), 0, 5, 20), 5.0 * (80 + 160 + 320 + 180));
  EXPECT_EQ(layer_work(geometry(), 1, 5, 20), 5.0 * 80) << "nobody reads the output of the last layer";
}

TEST(QueryWork, Prefix) {
  EXPECT_EQ(prefix_work(geometry(), 20), layer_work(geometry(), 0, 20, 20) + layer_work(geometry(), 1, 20, 20));
}

TEST(QueryWork, DenoiseStep) {
  // A layer: k and v 2 x 6 x 4 = 48; q and o 2 x 6 x 8 = 96; MLP 3 x 72 = 216. Both projections: 2 x 6 x 3.
  EXPECT_EQ(denoise_step_weights(geometry()), 2 * (48 + 96 + 216) + 36);
  // Attention of a row to 20 held tokens and 7 actions: 2 x 27 x 8.
  EXPECT_EQ(denoise_step_work(geometry(), 20), 7.0 * (2 * (48 + 96 + 216) + 36 + 2 * (2 * 27 * 8)));
  ModelConfig pi0 = geometry();
  pi0.variant = Variant::kPi0;
  EXPECT_EQ(denoise_step_weights(pi0), denoise_step_weights(geometry()) + 2 * 36) << "two time layers";
}

TEST(QueryWork, Weights) {
  EXPECT_EQ(vision_weights(geometry()), 12.0 * 4 + 3 * (4 * 16 + 2 * 4 * 8) + 4 * 10);
  EXPECT_EQ(prefix_weights(geometry()), (80 + 160 + 180) + 80) << "keys and values only of the last layer";
  EXPECT_EQ(held_values(geometry(), 20), 2.0 * 2 * 4 * 20);
}

}  // namespace
}  // namespace awd
