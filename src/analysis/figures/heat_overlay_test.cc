// The colour ramp is even and the overlay puts colours where the map has them.
#include "analysis/figures/heat_overlay.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace awd {
namespace {

/// CIE L*, 0 .. 100.
double lightness(const Colour& colour) {
  const auto linear = [](std::uint8_t byte) {
    const double x = byte / 255.0;
    return x <= 0.04045 ? x / 12.92 : std::pow((x + 0.055) / 1.055, 2.4);
  };
  const double y = 0.2126 * linear(colour.red) + 0.7152 * linear(colour.green) + 0.0722 * linear(colour.blue);
  return y > 0.008856 ? 116 * std::cbrt(y) - 16 : 903.3 * y;
}

TEST(HeatColour, LightnessGrowsEvenly) {
  EXPECT_LT(lightness(heat_colour(0)), 12);
  EXPECT_GT(lightness(heat_colour(1)), 90);
  double before = lightness(heat_colour(0));
  for (int i = 1; i <= 16; ++i) {
    const double now = lightness(heat_colour(i / 16.0));
    EXPECT_GT(now - before, 2) << i;
    EXPECT_LT(now - before, 10) << i;
    before = now;
  }
  EXPECT_EQ(heat_colour(-1), heat_colour(0));
  EXPECT_EQ(heat_colour(7), heat_colour(1));
}

TEST(HeatOverlay, SamplesBetweenCellCentres) {
  const std::vector<float> values{0, 4, 0, 4};
  const HeatMap heat{values, 2, 4};
  EXPECT_DOUBLE_EQ(sample(heat, 0.25, 0.5), 0);
  EXPECT_DOUBLE_EQ(sample(heat, 0.5, 0.1), 2);
  EXPECT_DOUBLE_EQ(sample(heat, 0.75, 0.9), 4);
  EXPECT_DOUBLE_EQ(sample(heat, 1, 1), 4) << "no extrapolation at the border";
  EXPECT_DOUBLE_EQ(sample({std::span(values).subspan(1, 1), 1, 4}, 0.3, 0.7), 4);
}

TEST(HeatOverlay, HotCellsAreLighter) {
  const std::vector<std::uint8_t> pixels(8 * 8 * 3, 100);
  std::vector<float> values(16, 0.f);
  values[5] = 1;  // row 1, column 1 of 4
  const Image image = heat_overlay({pixels.data(), 8, 8}, {values, 4, 1}, 16);
  const auto red_at = [&](std::size_t row, std::size_t col) { return int(image.pixels[3 * (row * 16 + col)]); };
  EXPECT_GT(red_at(6, 6), red_at(12, 12) + 80);
  EXPECT_EQ(red_at(0, 15), red_at(15, 0));
}

}  // namespace
}  // namespace awd
