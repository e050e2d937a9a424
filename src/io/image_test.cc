// PNG round trip.
#include "io/image.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>

#include "awd/error.h"

namespace awd {
namespace {

TEST(Image, PngKeepsEveryPixel) {
  const Image image{2, 3, {255, 0, 0, 0, 255, 0, 0, 0, 255, 1, 2, 3, 128, 128, 128, 255, 255, 255}};
  const auto file = std::filesystem::path(::testing::TempDir()) / ("pixels" + std::to_string(getpid()) + ".png");
  write_png(file, image.view());
  const Image read = read_png(file);
  std::filesystem::remove(file);
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
