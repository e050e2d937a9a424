// Patch means and robot cells by hand.
#include "gate/patch_grid.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

#include "gate/test_pictures.h"

namespace awd {
namespace {

TEST(PatchGrid, OneByTwoPixelPatches) {
  std::vector<std::uint8_t> pixels(3 * 16 * 32, 0);
  pixels[0] = 10;  // cell 0: red 10 and 4
  pixels[3] = 4;
  pixels[3 * 32 + 2] = 8;  // cell 16 (second row, first column): blue 8 and 0
  PatchColours patches;
  pool_patches({pixels.data(), 16, 32}, patches);
  EXPECT_EQ(patches[0], 7.0f);
  EXPECT_EQ(patches[2 * kPatchCells + 16], 4.0f);
  EXPECT_EQ(std::accumulate(patches.begin(), patches.end(), 0.0f), 11.0f);
}

TEST(PatchGrid, EqualsTheNaiveMeanAndTallPatchesDoNotOverflow) {
  const std::vector<std::uint8_t> pixels = test_picture(3, 4);
  PatchColours patches;
  pool_patches({pixels.data(), 224, 224}, patches);
  for (const int cell : {0, 17, 100, 255}) {
    double sum = 0;
    for (int y = 0; y < 14; ++y) {
      for (int x = 0; x < 14; ++x) sum += pixels[((cell / 16 * 14 + y) * 224 + cell % 16 * 14 + x) * 3 + 1];
    }
    EXPECT_NEAR(patches[kPatchCells + cell], sum / 196, 1e-4) << cell;
  }
  const std::vector<std::uint8_t> white(std::size_t(3) * 16 * 600 * 16, 255);
  pool_patches({white.data(), 16 * 600, 16}, patches);
  EXPECT_EQ(patches[255], 255.0f);
}

TEST(PatchGrid, WhichPicturesHaveOne) {
  EXPECT_TRUE(has_patch_grid(224, 224));
  EXPECT_FALSE(has_patch_grid(224, 220));
  EXPECT_FALSE(has_patch_grid(0, 224));
  EXPECT_FALSE(has_patch_grid(16, 1040));
}

TEST(PatchGrid, RobotCellsGrowByTheMargin) {
  std::array<std::uint8_t, kPatchCells> shares{};
  shares[0] = 255;
  shares[5 * 16 + 5] = 30;
  shares[10 * 16 + 10] = 10;
  PatchFlags robot;
  robot_cells({shares.data()}, {.mask_share = 0.1, .mask_margin = 0}, robot);
  EXPECT_EQ(std::accumulate(robot.begin(), robot.end(), 0), 2);  // 10 of 255 is less than a tenth
  robot_cells({shares.data()}, {.mask_share = 0.1, .mask_margin = 1}, robot);
  EXPECT_EQ(std::accumulate(robot.begin(), robot.end(), 0), 4 + 9);  // the corner has three neighbours
  EXPECT_EQ(robot[4 * 16 + 6], 1);
}

}  // namespace
}  // namespace awd
