// Cosine similarity on vectors with known angles.
#include "gate/cosine.h"

#include <gtest/gtest.h>

#include <array>

#include "gate/test_pictures.h"

namespace awd {
namespace {

TEST(Cosine, KnownAngles) {
  const std::array<std::uint8_t, 2> x{1, 0}, y{0, 1}, xy{1, 1}, black{0, 0}, white{255, 255};
  EXPECT_DOUBLE_EQ(cosine_similarity(x, y, PixelRange::kUnit), 0.0);
  EXPECT_NEAR(cosine_similarity(x, xy, PixelRange::kUnit), std::sqrt(0.5), 1e-15);
  EXPECT_DOUBLE_EQ(cosine_similarity(black, white, PixelRange::kModel), -1.0);
}

TEST(Cosine, NoNormIsNoSimilarity) {
  const std::array<std::uint8_t, 2> black{0, 0};
  EXPECT_DOUBLE_EQ(cosine_similarity(black, black, PixelRange::kUnit), 0.0);
  EXPECT_DOUBLE_EQ(cosine_similarity(black, black, PixelRange::kModel), 1.0);
}

TEST(Cosine, WholePictureIsSimilarToItself) {
  const auto picture = test_picture(1, 2);
  EXPECT_NEAR(cosine_similarity(picture, picture, PixelRange::kModel), 1.0, 1e-12);
}

TEST(Cosine, LargestProductsDoNotOverflow) {
  const std::vector<std::uint8_t> white(3 * 224 * 224, 255);
  EXPECT_NEAR(cosine_similarity(white, white, PixelRange::kUnit), 1.0, 1e-12);
}

}  // namespace
}  // namespace awd
