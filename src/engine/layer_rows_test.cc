// Which rows run where, on small plans.
#include "engine/layer_rows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace awd {
namespace {

using testing::ElementsAre;

TEST(LayerRows, RunAll) {
  LayerRows rows(2, 10);
  rows.run_all(7);
  for (int layer = 0; layer < 2; ++layer) {
    EXPECT_EQ(rows.count(layer), 7);
    EXPECT_TRUE(rows.is_full(layer));
    EXPECT_FALSE(rows.shrinks(layer));
  }
}

TEST(LayerRows, TokensWithoutInputNeverRun) {
  LayerRows rows(2, 10);
  rows.run(std::vector{2, LayerRows::kNoInput, 2, LayerRows::kNoInput, 2});
  EXPECT_TRUE(rows.shrinks(0));
  EXPECT_FALSE(rows.shrinks(1));
  EXPECT_THAT(rows.at(0), ElementsAre(0, 2, 4));
  EXPECT_THAT(rows.survivors(0), ElementsAre(0, 2, 4));
  EXPECT_THAT(rows.at(1), ElementsAre(0, 2, 4));
  EXPECT_THAT(rows.survivors(1), ElementsAre(0, 1, 2));
}

TEST(LayerRows, AFullPlanDropsNothing) {
  LayerRows rows(3, 10);
  rows.run(std::vector(10, 3));
  for (int layer = 0; layer < 3; ++layer) EXPECT_TRUE(rows.is_full(layer));
}

TEST(LayerRows, CountsAreRoundedUpToBlocksWithTokensThatCouldHaveLeft) {
  // 100 tokens: the first 60 leave at layer 1, the next 20 at layer 2, the last 20 never.
  std::vector<int> layers(100, 3);
  std::fill_n(layers.begin(), 60, 1);
  std::fill_n(layers.begin() + 60, 20, 2);
  LayerRows rows(3, 100);
  rows.run(layers);
  EXPECT_EQ(rows.count(0), 100);
  ASSERT_EQ(rows.count(1), 64);  // 40 wanted: 24 of the leaving ones fill two blocks
  EXPECT_EQ(rows.at(1)[23], 23);
  EXPECT_EQ(rows.at(1)[24], 60);
  ASSERT_EQ(rows.count(2), 32);  // 20 wanted, 12 to fill
  EXPECT_EQ(rows.at(2)[11], 11);
  EXPECT_EQ(rows.at(2)[12], 80);
  EXPECT_EQ(rows.survivors(2)[12], 44);
}

TEST(LayerRows, PlansDoNotRememberEachOther) {
  LayerRows rows(2, 64);
  rows.run(std::vector(64, 0));
  EXPECT_EQ(rows.count(1), 0);
  rows.run(std::vector(40, 2));
  EXPECT_EQ(rows.tokens(), 40);
  EXPECT_TRUE(rows.is_full(1));
}

}  // namespace
}  // namespace awd
