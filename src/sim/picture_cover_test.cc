// Hulls whose covered shares can be worked out by hand.
#include "sim/picture_cover.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace awd::sim {
namespace {

using Shares = std::array<std::uint8_t, PictureCover::kCells>;

Shares shares_of(std::vector<PicturePoint> points) {
  PictureCover cover;
  cover.add_hull(points);
  Shares shares;
  cover.read_shares(shares);
  return shares;
}

TEST(PictureCover, StartsEmpty) {
  const PictureCover cover;
  Shares shares;
  shares.fill(7);
  cover.read_shares(shares);
  EXPECT_TRUE(cover.empty());
  EXPECT_EQ(std::ranges::count(shares, 0), 256);
}

TEST(PictureCover, SquareOfTwoPatchesFillsThemWhateverTheOrderOfItsCorners) {
  const double p = 1.0 / 16;
  const Shares shares = shares_of({{4 * p, 5 * p}, {2 * p, 6 * p}, {4 * p, 6 * p}, {3 * p, 5.5 * p}, {2 * p, 5 * p}});
  for (int i = 0; i < 256; ++i) EXPECT_EQ(shares[i], i == 16 * 5 + 2 || i == 16 * 5 + 3 ? 255 : 0) << i;
}

TEST(PictureCover, TriangleOverAPatchCoversHalfOfIt) {
  const double p = 1.0 / 16;
  const Shares shares = shares_of({{0, 0}, {0, p}, {p, 0}});
  EXPECT_NEAR(shares[0], 128, 20);  // 8 x 8 samples, those on the diagonal count
  EXPECT_EQ(std::ranges::count(shares, 0), 255);
}

TEST(PictureCover, HullsOutsideAddNothingAndLargeOnesAreCut) {
  EXPECT_EQ(std::ranges::count(shares_of({{-3, -3}, {-2, -3}, {-2, -2}}), 0), 256);
  EXPECT_EQ(std::ranges::count(shares_of({{1.1, 0.2}, {1.9, 0.2}, {1.5, 0.9}}), 0), 256);
  EXPECT_EQ(std::ranges::count(shares_of({{-9, -9}, {9, -9}, {9, 9}, {-9, 9}}), 255), 256);
}

TEST(PictureCover, HullsAddUp) {
  const double p = 1.0 / 16;
  PictureCover cover;
  std::vector<PicturePoint> first{{0, 0}, {p, 0}, {p, p}, {0, p}};
  std::vector<PicturePoint> last{{15 * p, 15 * p}, {1, 15 * p}, {1, 1}, {15 * p, 1}};
  cover.add_hull(first);
  cover.add_hull(last);
  Shares shares;
  cover.read_shares(shares);
  EXPECT_EQ(shares[0], 255);
  EXPECT_EQ(shares[255], 255);
  EXPECT_EQ(std::ranges::count(shares, 0), 254);
  EXPECT_FALSE(cover.empty());
}

}  // namespace
}  // namespace awd::sim
