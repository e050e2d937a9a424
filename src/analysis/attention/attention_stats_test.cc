// Focus, labels and regions of maps small enough to be checked by hand.
#include "analysis/attention/attention_stats.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace awd {
namespace {

constexpr auto kB = SceneLabel::kBackground;
constexpr auto kR = SceneLabel::kRobot;
constexpr auto kT = SceneLabel::kTarget;

TEST(FocusStats, EvenMap) {
  const FocusStats stats = focus_stats(std::vector<float>(256, 0.5f));
  EXPECT_DOUBLE_EQ(stats.max_over_mean, 1);
  EXPECT_NEAR(stats.entropy_nats, std::log(256.0), 1e-9);
  EXPECT_NEAR(stats.entropy_share, 1, 1e-9);
  EXPECT_DOUBLE_EQ(stats.half_mass_area, 0.5);
}

TEST(FocusStats, AllInOneCell) {
  std::vector<float> map(256, 0.f);
  map[17] = 3;
  const FocusStats stats = focus_stats(map);
  EXPECT_DOUBLE_EQ(stats.max, 3);
  EXPECT_DOUBLE_EQ(stats.mean, 3.0 / 256);
  EXPECT_DOUBLE_EQ(stats.max_over_mean, 256);
  EXPECT_DOUBLE_EQ(stats.entropy_nats, 0);
  EXPECT_DOUBLE_EQ(stats.half_mass_area, 1.0 / 256);
}

TEST(FocusStats, FourCellsByHand) {
  // Of 1, 2, 3, 4 the sum is 10: 4 is less than half, 4 + 3 is more.
  const FocusStats stats = focus_stats(std::vector<float>{1, 4, 2, 3});
  EXPECT_DOUBLE_EQ(stats.mean, 2.5);
  EXPECT_DOUBLE_EQ(stats.max_over_mean, 1.6);
  const double entropy = -(0.1 * std::log(0.1) + 0.2 * std::log(0.2) + 0.3 * std::log(0.3) + 0.4 * std::log(0.4));
  EXPECT_NEAR(stats.entropy_nats, entropy, 1e-9);
  EXPECT_NEAR(stats.entropy_share, entropy / std::log(4.0), 1e-9);
  EXPECT_DOUBLE_EQ(stats.half_mass_area, 0.5);
}

TEST(FocusStats, ZerosHaveNoFocus) { EXPECT_TRUE(std::isnan(focus_stats(std::vector<float>(4, 0.f)).max_over_mean)); }

TEST(LabelGrid, CellsSharedByTwoLabels) {
  // 4 x 4 pixels on 2 x 2 cells; three of the first cell's pixels are target.
  const std::vector<SceneLabel> pixels{kT, kT, kB, kB, kT, kB, kB, kR, kB, kB, kB, kB, kB, kB, kB, kB};
  const LabelGrid grid = label_grid({pixels.data(), 4, 4}, 2);
  EXPECT_FLOAT_EQ(grid.of(kT)[0], 0.75f);
  EXPECT_FLOAT_EQ(grid.of(kB)[0], 0.25f);
  EXPECT_FLOAT_EQ(grid.of(kR)[1], 0.25f);
  EXPECT_FLOAT_EQ(grid.of(kT)[3], 0.f);
}

TEST(LabelGrid, SizesThatDoNotDivide) {
  // Three pixels a row on two cells: the middle pixel belongs to both halves.
  const std::vector<SceneLabel> pixels{kT, kR, kB, kT, kR, kB, kT, kR, kB};
  const LabelGrid grid = label_grid({pixels.data(), 3, 3}, 2);
  EXPECT_NEAR(grid.of(kT)[0], 2.0 / 3, 1e-6);
  EXPECT_NEAR(grid.of(kR)[0], 1.0 / 3, 1e-6);
  EXPECT_NEAR(grid.of(kR)[1], 1.0 / 3, 1e-6);
  // One pixel over several cells.
  const SceneLabel target = kT;
  EXPECT_EQ(label_grid({&target, 1, 1}, 3).of(kT), std::vector<float>(9, 1.f));
}

TEST(LabelGrid, WidePicturesHaveBorders) {
  // 2 x 4 pixels in a 4 x 4 square: rows 1 and 2.
  const std::vector<SceneLabel> pixels(8, kT);
  const LabelGrid grid = label_grid({pixels.data(), 2, 4}, 4);
  EXPECT_EQ(grid.of(kT), (std::vector<float>{0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0}));
  const LabelShares shares = label_shares(std::vector<float>(16, 1.f), grid);
  EXPECT_DOUBLE_EQ(shares.attention[std::size_t(kT)], 0.5);  // the rest falls on the border
  EXPECT_DOUBLE_EQ(shares.area[std::size_t(kT)], 1);
}

TEST(LabelShares, ByHand) {
  // Cell 0 is target, cell 1 half robot; weights 6, 2, 1, 1.
  LabelGrid grid{.side = 2, .share = {}};
  grid.share = {{{0, 0.5f, 1, 1}, {0, 0.5f, 0, 0}, {1, 0, 0, 0}, {0, 0, 0, 0}, {0, 0, 0, 0}}};
  const LabelShares shares = label_shares(std::vector<float>{6, 2, 1, 1}, grid);
  EXPECT_DOUBLE_EQ(shares.attention[std::size_t(kT)], 0.6);
  EXPECT_DOUBLE_EQ(shares.area[std::size_t(kT)], 0.25);
  EXPECT_DOUBLE_EQ(shares.attention[std::size_t(kR)], 0.1);
  EXPECT_DOUBLE_EQ(shares.area[std::size_t(kR)], 0.125);
  EXPECT_DOUBLE_EQ(shares.attention[std::size_t(kB)], 0.3);
  EXPECT_DOUBLE_EQ(shares.area[std::size_t(kB)], 0.625);
}

TEST(AttendedRegion, AboveWhoseMean) {
  // Means: map 2, dilated 5.
  const std::vector<float> map{6, 1, 1, 0}, dilated{6, 6, 6, 2};
  EXPECT_EQ(attended_region(AttendedRegion::kRaw, map, dilated), (CellFlags{1, 0, 0, 0}));
  EXPECT_EQ(attended_region(AttendedRegion::kDilated, map, dilated), (CellFlags{1, 1, 1, 0}));
  const std::vector<float> low_dilated{6, 3, 1, 1};  // mean 2.75
  EXPECT_EQ(attended_region(AttendedRegion::kGrown, map, low_dilated), (CellFlags{1, 1, 0, 0}));
  EXPECT_EQ(attended_region(AttendedRegion::kRaw, std::vector<float>(4, 1.f), dilated), CellFlags(4, 0));
}

TEST(Coverage, ByHand) {
  const CellFlags region{1, 0, 1, 0};
  EXPECT_DOUBLE_EQ(area_share(region), 0.5);
  const std::vector<float> target{0.5f, 0.5f, 1, 0};
  EXPECT_DOUBLE_EQ(coverage(region, target), 0.75);
  EXPECT_TRUE(std::isnan(coverage(region, std::vector<float>(4, 0.f))));
  EXPECT_TRUE(std::isnan(coverage(region, target, 2.5)));
  EXPECT_EQ(newly_covered(std::vector<float>{1, 0.25f, 0, 0}, target), (std::vector<float>{0, 0.25f, 1, 0}));
}

}  // namespace
}  // namespace awd
