// A picture of 2 x 2 pixels, turned.
#include "io/recordings/stored_order.h"

#include <gmock/gmock.h>

#include <vector>

namespace awd {
namespace {

using ::testing::ElementsAre;

TEST(StoredOrder, TurnsPixelsAndKeepsTheirChannels) {
  const auto turned = [](StoredOrder order) {
    std::vector<std::uint8_t> pixels{1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16};
    turn_upright(pixels, 2, 3, order);
    return pixels;
  };
  EXPECT_THAT(turned(StoredOrder::kTopDown), ElementsAre(1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16));
  EXPECT_THAT(turned(StoredOrder::kBottomUp), ElementsAre(11, 12, 13, 14, 15, 16, 1, 2, 3, 4, 5, 6));
  EXPECT_THAT(turned(StoredOrder::kRotated180), ElementsAre(14, 15, 16, 11, 12, 13, 4, 5, 6, 1, 2, 3));
}

TEST(StoredOrder, MiddleRowOfAnOddPictureStays) {
  std::vector<std::uint8_t> labels{1, 2, 3, 4, 5, 6};
  turn_upright(labels, 3, 1, StoredOrder::kBottomUp);
  EXPECT_THAT(labels, ElementsAre(5, 6, 3, 4, 1, 2));
}

}  // namespace
}  // namespace awd
