// Pooling against hand-made windows, for the study's window and for others.
#include "gate/pooling.h"

#include <gtest/gtest.h>

#include "gate/test_pictures.h"

namespace awd {
namespace {

TEST(Pooling, TwoByTwoByHand) {
  // 2 x 4 pixels: the left window has red 0, 2, 4, 6; the right one only green 255.
  const std::uint8_t pixels[] = {0, 0, 0, 2, 0, 0, 0, 255, 0, 0, 255, 0,  //
                                 4, 0, 0, 6, 0, 9, 0, 255, 0, 0, 255, 0};
  std::vector<float> pooled;
  pool_picture({pixels, 2, 4}, 2, pooled);
  EXPECT_EQ(pooled, (std::vector<float>{3, 0, 0, 255, 2.25f, 0}));
}

TEST(Pooling, EveryWindowSizeEqualsTheNaiveMean) {
  const std::vector<std::uint8_t> pixels = test_picture(5, 6);
  for (const int pool : {1, 4, 8, 16, 56, 224}) {
    std::vector<float> pooled;
    pool_picture({pixels.data(), 224, 224}, pool, pooled);
    const int grid = 224 / pool;
    ASSERT_EQ(pooled.size(), std::size_t(3) * grid * grid);
    for (int channel = 0; channel < 3; ++channel) {
      for (int cell = 0; cell < grid * grid; ++cell) {
        double sum = 0;
        for (int y = 0; y < pool; ++y) {
          for (int x = 0; x < pool; ++x) {
            sum += pixels[((cell / grid * pool + y) * 224 + cell % grid * pool + x) * 3 + channel];
          }
        }
        ASSERT_NEAR(pooled[channel * grid * grid + cell], sum / (pool * pool), 2e-5)
            << "pool " << pool << " cell " << cell;
      }
    }
  }
}

}  // namespace
}  // namespace awd
