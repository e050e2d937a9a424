// PNG round trip.
#include "io/image.h"

#include <gtest/gtest.h>

#include "awd/error.h"
#include "base/test_folder.h"

namespace awd {
namespace {

TEST(Image, PngKeepsEveryPixel) {
  const Image image{2, 3, {255, 0, 0, 0, 255, 0, 0, 0, 255, 1, 2, 3, 128, 128, 128, 255, 255, 255}};
  const TestFolder folder;
  const std::string file = folder.file("pixels.png");
  write_png(file, image.view());
  const Image read = read_png(file);
  EXPECT_EQ(read.height, 2);
  EXPECT_EQ(read.width, 3);
  EXPECT_EQ(read.pixels, image.pixels);
}

TEST(Image, BadFilesAreNamed) {
  const Image image{1, 1, {0, 0, 0}};
  EXPECT_THROW(write_png("/nowhere/x.png", image.view()), Error);
  EXPECT_THROW(read_png("/nowhere/x.png"), Error);
}

}  // namespace
}  // namespace awd
