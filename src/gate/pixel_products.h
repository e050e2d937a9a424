// Sums of products of two runs of pixels, exact. A cosine does not change with a common factor, so pixels stay
// integers: 2 p - 255 stands for [-1, 1], 2 p for [0, 1].
#pragma once

#include <cstdint>

namespace awd {

struct PixelProducts {
  std::int64_t xy = 0, xx = 0, yy = 0;
};

/// Longest run whose sum of products, each at most 510^2, fits 31 bits.
inline constexpr int kLongestRun = 4096;

/// Adds the products of n <= kLongestRun pixels to `total`; kOffset is 255 for [-1, 1], 0 for [0, 1].
template <int kOffset>
void add_products(const std::uint8_t* x, const std::uint8_t* y, int n, PixelProducts& total) {
  std::int32_t xy = 0, xx = 0, yy = 0;
  for (int i = 0; i < n; ++i) {
    const auto a = std::int16_t(2 * x[i] - kOffset);
    const auto b = std::int16_t(2 * y[i] - kOffset);
    xy += a * b;
    xx += a * a;
    yy += b * b;
  }
  total.xy += xy;
  total.xx += xx;
  total.yy += yy;
}

}  // namespace awd
