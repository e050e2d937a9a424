// Shifts the wrist picture by whole pixels; the border that comes into view repeats the edge.
#include "sim/scenario/camera_shake.h"

#include <algorithm>
#include <vector>

#include "base/check.h"
#include "base/rng.h"

namespace awd::sim {
namespace {

constexpr int kWrist = 1;  // index into kCameraNames

void shift(const MutablePicture& picture, int right, int down) {
  const int height = picture.height, width = picture.width;
  const std::vector<std::uint8_t> from(picture.rgb, picture.rgb + std::size_t(height) * width * 3);
  for (int row = 0; row < height; ++row) {
    const std::uint8_t* source = from.data() + std::size_t(std::clamp(row - down, 0, height - 1)) * width * 3;
    std::uint8_t* target = picture.rgb + std::size_t(row) * width * 3;
    for (int column = 0; column < width; ++column) {
      std::copy_n(source + 3 * std::clamp(column - right, 0, width - 1), 3, target + 3 * column);
    }
  }
}

}  // namespace

void CameraShake::edit_pictures(std::span<MutablePicture> pictures, int step) {
  AWD_CHECK(pictures.size() > kWrist, "pictures {}", pictures.size());
  Rng rng(mix_seed(seed_, std::uint64_t(step)));
  int right = 0, down = 0;
  while (right == 0 && down == 0) {
    right = rng.index(2 * options_.pixels + 1) - options_.pixels;
    down = rng.index(2 * options_.pixels + 1) - options_.pixels;
  }
  shift(pictures[kWrist], right, down);
}

}  // namespace awd::sim
