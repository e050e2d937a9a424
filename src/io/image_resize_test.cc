// Equal to Pillow, byte for byte. The expected values are of openpi's resize_with_pad() (packages/openpi-client,
// image_tools.py), for pictures made of the formula in pattern():
//   resize_with_pad(pattern(height, width), side, side).tobytes(), whole or as 64-bit FNV-1a
// tests/golden/robot_io has more sizes.
#include "io/image_resize.h"

#include <gmock/gmock.h>

#include "base/rng.h"

namespace awd {
namespace {

using ::testing::ElementsAreArray;

Image pattern(int height, int width) {
  Image image{height, width, {}};
  for (int y = 0; y < height; ++y) {
    for (int x = 0; x < width; ++x) {
      for (const int value : {y * 37 + x * 91 + y * x * 13, y * 11 + x * 201, y * y * 7 + x * x * 3}) {
        image.pixels.push_back(std::uint8_t(value % 256));
      }
    }
  }
  return image;
}

std::vector<int> resized(const Image& image, int side) {
  SquareResizer resizer(side);
  const ImageView view = resizer.resize(image.view());
  EXPECT_EQ(view.height, side);
  EXPECT_EQ(view.width, side);
  return {view.data, view.data + std::size_t(side) * std::size_t(side) * 3};
}

TEST(ImageResize, ShrinksAWidePicture) {
  EXPECT_THAT(resized(pattern(5, 8), 4), ElementsAreArray({0,   0,   0,  0,   0,   0,  0,   0,   0,   0,   0,   0,    //
                                                           101, 118, 15, 134, 130, 33, 117, 122, 75,  131, 167, 132,  //
                                                           134, 140, 71, 145, 152, 89, 149, 78,  131, 160, 165, 153,  //
                                                           0,   0,   0,  0,   0,   0,  0,   0,   0,   0,   0,   0}));
}

TEST(ImageResize, EnlargesAHighPicture) {
  EXPECT_THAT(resized(pattern(3, 2), 6),
              ElementsAreArray({0, 0, 0, 0,  0,  0,  23,  50, 1,  68,  151, 2,  91,  201, 3,  0, 0, 0,
                                0, 0, 0, 9,  3,  2,  33,  53, 3,  80,  154, 4,  104, 204, 5,  0, 0, 0,
                                0, 0, 0, 28, 8,  5,  53,  58, 6,  103, 159, 7,  129, 209, 8,  0, 0, 0,
                                0, 0, 0, 46, 14, 12, 73,  64, 13, 127, 165, 14, 154, 215, 15, 0, 0, 0,
                                0, 0, 0, 65, 19, 23, 93,  69, 24, 150, 170, 25, 179, 220, 26, 0, 0, 0,
                                0, 0, 0, 74, 22, 28, 103, 72, 29, 162, 173, 30, 191, 223, 31, 0, 0, 0}));
}

TEST(ImageResize, OneRowOfPixelsRemainsBetweenBorders) {
  EXPECT_THAT(resized(pattern(4, 9), 3),
              ElementsAreArray({0,   0,   0,  0,   0,   0,  0,   0,   0,  //
                                130, 140, 31, 125, 109, 75, 152, 142, 163, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
}

TEST(ImageResize, SizesOfCameras) {
  struct Row {
    int height, width, side;
    std::uint64_t hash;
  };
  const Row rows[] = {
      {480, 640, 224, 0x28ad2be26d783ff2ull}, {128, 128, 224, 0x96408162bba93cefull},
      {84, 84, 224, 0x2b1750e549079105ull},   {720, 1280, 224, 0x5d98fa9061abdc71ull},
      {360, 300, 96, 0x92838574c5ebf92bull},
  };
  for (const Row& row : rows) {
    const Image image = pattern(row.height, row.width);
    SquareResizer resizer(row.side);
    const ImageView view = resizer.resize(image.view());
    const std::size_t bytes = std::size_t(row.side) * std::size_t(row.side) * 3;
    EXPECT_EQ(hash_text({reinterpret_cast<const char*>(view.data), bytes}), row.hash)
        << row.height << " x " << row.width;
  }
}

TEST(ImageResize, FitsInTheMiddleAndCutsFractions) {
  const auto expect = [](const SquareFit& fit, int height, int width, int top, int left) {
    EXPECT_EQ(fit.height, height);
    EXPECT_EQ(fit.width, width);
    EXPECT_EQ(fit.top, top);
    EXPECT_EQ(fit.left, left);
  };
  expect(fit_into_square(480, 640, 224), 168, 224, 28, 0);
  expect(fit_into_square(100, 37, 224), 224, 82, 0, 71);
  expect(fit_into_square(1, 1000, 224), 1, 224, 111, 0);
}

TEST(ImageResize, PictureOfTheRightSizeIsNotTouched) {
  const Image image = pattern(7, 7);
  EXPECT_EQ(SquareResizer(7).resize(image.view()).data, image.pixels.data());
}

TEST(ImageResize, BordersStayBlackWhenPicturesChangeTheirSize) {
  SquareResizer resizer(6);
  const Image wide = pattern(2, 9), high = pattern(9, 2);
  resizer.resize(wide.view());
  const ImageView view = resizer.resize(high.view());
  EXPECT_EQ(std::vector<int>(view.data, view.data + 6 * 6 * 3), resized(high, 6));
}

TEST(ImageResize, ThinPicturesKeepAtLeastOnePixel) {
  const Image line{1, 1000, std::vector<std::uint8_t>(3000, 200)};
  SquareResizer resizer(4);
  EXPECT_EQ(resizer.resize(line.view()).data[3 * 4], 200);
}

}  // namespace
}  // namespace awd
