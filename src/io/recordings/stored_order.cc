// Turns pictures in place.
#include "io/recordings/stored_order.h"

#include <algorithm>

#include "base/check.h"

namespace awd {
namespace {

/// Swaps rows 0 and height - 1, 1 and height - 2, ...
void mirror_rows(std::span<std::uint8_t> pixels, int height) {
  const std::size_t row = pixels.size() / std::size_t(height);
  for (int y = 0; y < height / 2; ++y) {
    const auto upper = pixels.begin() + std::ptrdiff_t(std::size_t(y) * row);
    const auto lower = pixels.begin() + std::ptrdiff_t(std::size_t(height - 1 - y) * row);
    std::swap_ranges(upper, upper + std::ptrdiff_t(row), lower);
  }
}

}  // namespace

void turn_upright(std::span<std::uint8_t> pixels, int height, int channels, StoredOrder order) {
  AWD_CHECK(height > 0 && channels > 0 && pixels.size() % (std::size_t(height) * std::size_t(channels)) == 0,
            "{} bytes, {} rows, {} channels", pixels.size(), height, channels);
  if (order == StoredOrder::kBottomUp) mirror_rows(pixels, height);
  if (order != StoredOrder::kRotated180) return;
  std::reverse(pixels.begin(), pixels.end());  // reverses the channels of every pixel, too
  if (channels == 1) return;
  for (auto pixel = pixels.begin(); pixel != pixels.end(); pixel += channels) std::reverse(pixel, pixel + channels);
}

}  // namespace awd
