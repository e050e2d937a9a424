// Resize and dilation on maps small enough to check by hand; the goldens check them against PyTorch.
#include "gate/importance_weight.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <limits>
#include <numeric>

#include "awd/error.h"

namespace awd {
namespace {

TEST(ImportanceWeight, SameSizeResizeKeepsTheMap) {
  std::array<float, 256> map, resized;
  std::iota(map.begin(), map.end(), 0.0f);
  resize_importance(map, 16, 16, resized);
  EXPECT_EQ(map, resized);
}

TEST(ImportanceWeight, ResizeSamplesCellCentres) {
  std::array<float, 256> map;  // a ramp along the columns: value = column
  for (int i = 0; i < 256; ++i) map[i] = float(i % 16);
  std::array<float, 28 * 28> resized;
  resize_importance(map, 28, 28, resized);
  EXPECT_FLOAT_EQ(resized[0], 0.0f);                             // centre lies before the first source centre
  EXPECT_FLOAT_EQ(resized[10], (10.5f) * 16.0f / 28.0f - 0.5f);  // 5.5: half way between 5 and 6
  EXPECT_FLOAT_EQ(resized[27], 15.0f);                           // clamped to the last cell
}

TEST(ImportanceWeight, DilationSpreadsAPeakAndClipsAtBorders) {
  std::array<float, 25> in{}, out{};
  in[0] = 1.0f;   // corner
  in[13] = 2.0f;  // row 2, column 3
  dilate(in, 5, 5, 3, out);
  const std::array<float, 25> expected{1, 1, 0, 0, 0,  //
                                       1, 1, 2, 2, 2,  //
                                       0, 0, 2, 2, 2,  //
                                       0, 0, 2, 2, 2,  //
                                       0, 0, 0, 0, 0};
  EXPECT_EQ(out, expected);
}

TEST(ImportanceWeight, DilationOfOneIsTheIdentity) {
  std::array<float, 6> in{1, 2, 3, 4, 5, 6}, out{};
  dilate(in, 2, 3, 1, out);
  EXPECT_EQ(in, out);
}

TEST(ImportanceWeight, BadImportanceIsRefused) {
  std::array<float, 256> map{};
  std::vector<float> weight;
  map[7] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THROW(importance_weight(map, 28, 28, 5, weight), Error);
  map[7] = -1;
  EXPECT_THROW(importance_weight(map, 28, 28, 5, weight), Error);
}

}  // namespace
}  // namespace awd
