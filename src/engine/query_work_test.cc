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

}  // namespace
}  // namespace awd
