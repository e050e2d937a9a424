// Comparing pictures with held ones, on pictures small enough to count.
#include "runtime/modes/held_pictures.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

namespace awd {
namespace {

/// 32 x 32 pixels: patches of 2 x 2.
class HeldPicturesTest : public testing::Test {
 protected:
  std::vector<std::uint8_t> pixels_ = std::vector<std::uint8_t>(32 * 32 * 3, 10);
  ImageView view_{pixels_.data(), 32, 32};
  HeldPictures held_;

  /// A colour value of pixel (row, column).
  std::uint8_t& value(std::size_t row, std::size_t column, std::size_t channel) {
    return pixels_[(row * 32 + column) * 3 + channel];
  }
};

TEST_F(HeldPicturesTest, SameMeansEveryByte) {
  EXPECT_FALSE(held_.is_same(0, view_)) << "nothing held";
  held_.hold(0, view_);
  EXPECT_TRUE(held_.is_same(0, view_));
  EXPECT_FALSE(held_.is_same(1, view_)) << "another camera";
  pixels_.back() += 1;
  EXPECT_FALSE(held_.is_same(0, view_));
  held_.hold(0, {});
  EXPECT_FALSE(held_.is_same(0, view_));
}

TEST_F(HeldPicturesTest, ColourChangeIsTheMeanOverPatchesAndChannels) {
  held_.hold(2, view_);
  EXPECT_EQ(held_.colour_change(2, view_), 0.0);
  // Two pixels of one patch, opposite ways: pooling hides them. Then 8 in one pixel: 2 in one of 768 patch means.
  value(0, 0, 1) += 5;
  value(1, 1, 1) -= 5;
  EXPECT_EQ(held_.colour_change(2, view_), 0.0);
  value(30, 31, 0) += 8;
  EXPECT_NEAR(held_.colour_change(2, view_), 2.0 / 768, 1e-9);
}

TEST_F(HeldPicturesTest, PatchCosine) {
  held_.hold(0, view_);
  // Patch 17 is row 1, column 1: pixels (2, 2) .. (3, 3). Held 10 everywhere; six of its twelve values become 0.
  for (std::size_t column = 2; column < 4; ++column) {
    for (std::size_t channel = 0; channel < 3; ++channel) value(2, column, channel) = 0;
  }
  EXPECT_DOUBLE_EQ(held_.patch_cosine(0, view_, 16), 1.0);
  EXPECT_DOUBLE_EQ(held_.patch_cosine(0, view_, 17), std::sqrt(0.5));
  std::ranges::fill(pixels_, std::uint8_t(0));
  EXPECT_EQ(held_.patch_cosine(0, view_, 17), 0.0) << "one is black";
  held_.hold(0, view_);
  EXPECT_EQ(held_.patch_cosine(0, view_, 17), 1.0) << "both are";
}

TEST_F(HeldPicturesTest, OnePatchMovesOn) {
  held_.hold(0, view_);
  std::ranges::fill(pixels_, std::uint8_t(0));
  held_.hold_patch(0, view_, 255);
  EXPECT_EQ(held_.patch_cosine(0, view_, 255), 1.0);
  EXPECT_EQ(held_.patch_cosine(0, view_, 254), 0.0);
  EXPECT_EQ(held_.patch_cosine(0, view_, 239), 0.0);
}

}  // namespace
}  // namespace awd
