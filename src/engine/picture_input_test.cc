// Which pictures reach the vision tower, at which size, and which are refused.
#include "engine/picture_input.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "awd/error.h"

namespace awd {
namespace {

using testing::HasSubstr;

class PictureInputTest : public testing::Test {
 protected:
  PictureInputTest() {
    config_.cameras = {"base", "wrist"};
    config_.image_size = 4;
    for (std::size_t i = 0; i < pixels_.size(); ++i) pixels_[i] = std::uint8_t(i % 251);
  }
  ImageView view(int height, int width) const { return {pixels_.data(), height, width}; }
  std::string error_of(std::span<const ImageView> cameras) const {
    try {
      PictureInput(config_).take(cameras);
    } catch (const Error& e) {
      return e.what();
    }
    return "no error";
  }
  std::string error_of(const ImageView& wrist) const { return error_of(std::array{view(4, 4), wrist}); }

  ModelConfig config_;
  std::vector<std::uint8_t> pixels_ = std::vector<std::uint8_t>(8 * 6 * 3);
};

TEST_F(PictureInputTest, PicturesOfTheRightSizeAreNotCopiedAndMissingOnesAreEmpty) {
  PictureInput input(config_);
  const std::span<const Picture> pictures = input.take(std::array{ImageView{}, view(4, 4)});
  ASSERT_EQ(pictures.size(), 2u);
  EXPECT_TRUE(pictures[0].empty());
  EXPECT_EQ(pictures[1].pixels, pixels_.data());
  EXPECT_EQ(pictures[1].side, 4);
}

TEST_F(PictureInputTest, OtherSizesAreResizedEachWithItsOwnMemory) {
  PictureInput input(config_);
  SquareResizer resizer(4);
  const std::array views = {view(8, 6), view(2, 6)};
  const std::span<const Picture> pictures = input.take(views);
  for (std::size_t c = 0; c < 2; ++c) {
    const std::uint8_t* expected = resizer.resize(views[c]).data;
    EXPECT_TRUE(std::equal(expected, expected + 48, pictures[c].pixels)) << c;
  }
}

TEST_F(PictureInputTest, LerobotsResizeGivesLevels) {
  config_.io.resize = PictureResize::kSampled;
  PictureInput input(config_);
  const std::span<const Picture> pictures = input.take(std::array{view(8, 6), view(4, 4)});
  ASSERT_NE(pictures[0].levels, nullptr);
  EXPECT_EQ(pictures[0].pixels, nullptr);
  EXPECT_EQ(pictures[0].levels[3 * 3], 0.f) << "black beside a picture that is higher than wide";
  EXPECT_EQ(pictures[1].pixels, pixels_.data());
}

TEST_F(PictureInputTest, WhatIsNoPictureIsNamed) {
  EXPECT_THAT(error_of(std::array{view(4, 4)}), HasSubstr("expected 2 cameras, got 1"));
  EXPECT_THAT(error_of(std::array{ImageView{}, ImageView{}}), HasSubstr("expected at least one camera picture"));
  EXPECT_THAT(error_of(view(0, 4)), HasSubstr("camera wrist: expected sides of 1 to 16384 pixels, got 0 x 4"));
  EXPECT_THAT(error_of(view(4, -3)), HasSubstr("got 4 x -3"));
  EXPECT_THAT(error_of(view(16385, 1)), HasSubstr("got 16385 x 1 (height x width)"));
  EXPECT_THAT(error_of(ImageView{nullptr, 4, 4}), HasSubstr("camera wrist: expected pixels of a picture of 4 x 4"));
}

}  // namespace
}  // namespace awd
