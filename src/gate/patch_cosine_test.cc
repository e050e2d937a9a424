// VLA-Cache's static test on pictures with a known number of changed patches.
#include "gate/patch_cosine.h"

#include <gtest/gtest.h>

#include <vector>

#include "gate/test_pictures.h"

namespace awd {
namespace {

TEST(PatchCosine, CountsTheChangedPatches) {
  const std::vector<std::uint8_t> held = test_picture(1, 2);
  std::vector<std::uint8_t> now = held;
  EXPECT_EQ(patch_change({now.data(), 224, 224}, held, PixelRange::kUnit, 0.996), 0.0);
  for (int y = 0; y < 14; ++y) {
    for (int x = 0; x < 14; ++x) now[(y * 224 + x) * 3] ^= 0xff;  // the red of patch 0
  }
  EXPECT_EQ(patch_change({now.data(), 224, 224}, held, PixelRange::kUnit, 0.996), 1.0 / 256);
}

TEST(PatchCosine, KnownAngle) {
  // Patches of one pixel: (1, 0, 0) against (1, 1, 0) has cosine 0.7071.
  std::vector<std::uint8_t> held(3 * 256, 0), now(3 * 256, 0);
  for (int i = 0; i < 256; ++i) held[3 * i] = now[3 * i] = now[3 * i + 1] = 1;
  EXPECT_EQ(patch_change({now.data(), 16, 16}, held, PixelRange::kUnit, 0.70), 0.0);
  EXPECT_EQ(patch_change({now.data(), 16, 16}, held, PixelRange::kUnit, 0.71), 1.0);
}

TEST(PatchCosine, BlackIsSimilarToBlackOnly) {
  const std::vector<std::uint8_t> black(3 * 256, 0), white(3 * 256, 255);
  EXPECT_EQ(patch_change({black.data(), 16, 16}, black, PixelRange::kUnit, 0.5), 0.0);
  EXPECT_EQ(patch_change({white.data(), 16, 16}, black, PixelRange::kUnit, 0.5), 1.0);
  EXPECT_EQ(patch_change({white.data(), 16, 16}, black, PixelRange::kModel, -0.5), 1.0);  // cosine -1
}

TEST(PatchCosine, LargestProductsDoNotOverflow) {
  const std::vector<std::uint8_t> white(std::size_t(3) * 1024 * 1024, 255);
  EXPECT_EQ(patch_change({white.data(), 1024, 1024}, white, PixelRange::kUnit, 0.999), 0.0);
}

}  // namespace
}  // namespace awd
