// Crowded points still get labels that touch nothing.
#include "analysis/figures/label_placement.h"

#include <gtest/gtest.h>

namespace awd {
namespace {

constexpr Rectangle kFrame{0, 0, 900, 500};

TEST(LabelPlacement, ALoneLabelStandsToTheRight) {
  const auto placed = place_labels({{100, 100, 60, 12}}, kFrame, {});
  ASSERT_EQ(placed.size(), 1u);
  EXPECT_GT(placed[0].box.x, 100);
  EXPECT_NEAR(placed[0].box.y + 6, 100, 1e-9);
  EXPECT_FALSE(placed[0].is_far);
}

TEST(LabelPlacement, AtTheRightEdgeItGoesElsewhere) {
  const auto placed = place_labels({{895, 250, 60, 12}}, kFrame, {});
  EXPECT_LE(placed[0].box.x + placed[0].box.width, 900);
}

TEST(LabelPlacement, ManyAtOnePlaceDoNotOverlap) {
  std::vector<LabelWish> wishes;
  for (int i = 0; i < 16; ++i) wishes.push_back({450.0 + i % 4, 20.0 + i % 3, 120, 14});
  const auto placed = place_labels(wishes, kFrame, {});
  for (std::size_t i = 0; i < placed.size(); ++i) {
    EXPECT_GE(placed[i].box.y, -1e-9);
    for (std::size_t k = 0; k < i; ++k) EXPECT_FALSE(overlap(placed[i].box, placed[k].box)) << i << " " << k;
  }
}

TEST(LabelPlacement, KeepsOffWhatIsTaken) {
  const Rectangle bar{105, 50, 10, 100};
  const auto placed = place_labels({{100, 100, 40, 12}}, kFrame, {bar});
  EXPECT_FALSE(overlap(placed[0].box, bar));
}

}  // namespace
}  // namespace awd
