// Sums are integers: first down the rows of a patch row, over the whole width, then across the columns of each patch.
#include "gate/patch_grid.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace awd {
namespace {

/// Adds up `rows` picture rows of `row_bytes` bytes.
void column_sums(const std::uint8_t* picture, int rows, int row_bytes, std::uint32_t* sums) {
  std::fill_n(sums, row_bytes, 0u);
  for (int first = 0; first < rows; first += 256) {  // 256 rows of bytes fit 16 bits
    std::array<std::uint16_t, 3 * kMaxPictureWidth> part;
    std::fill_n(part.data(), row_bytes, std::uint16_t(0));
    for (int row = first; row < std::min(first + 256, rows); ++row) {
      const std::uint8_t* bytes = picture + std::size_t(row) * row_bytes;
      for (int i = 0; i < row_bytes; ++i) part[i] = std::uint16_t(part[i] + bytes[i]);
    }
    for (int i = 0; i < row_bytes; ++i) sums[i] += part[i];
  }
}

}  // namespace

bool has_patch_grid(int height, int width) {
  return height > 0 && width > 0 && height % kPatchGrid == 0 && width % kPatchGrid == 0 && width <= kMaxPictureWidth;
}

void pool_patches(const ImageView& picture, PatchColours& patches) {
  const int rows = picture.height / kPatchGrid, cols = picture.width / kPatchGrid, row_bytes = 3 * picture.width;
  const float scale = 1.0f / float(rows * cols);
  std::array<std::uint32_t, 3 * kMaxPictureWidth> sums;
  for (int row = 0; row < kPatchGrid; ++row) {
    column_sums(picture.data + std::size_t(row) * rows * row_bytes, rows, row_bytes, sums.data());
    for (int col = 0; col < kPatchGrid; ++col) {
      std::uint32_t red = 0, green = 0, blue = 0;
      for (const std::uint32_t* pixel = sums.data() + 3 * col * cols; pixel < sums.data() + 3 * (col + 1) * cols;
           pixel += 3) {
        red += pixel[0];
        green += pixel[1];
        blue += pixel[2];
      }
      const int cell = row * kPatchGrid + col;
      patches[cell] = float(red) * scale;
      patches[kPatchCells + cell] = float(green) * scale;
      patches[2 * kPatchCells + cell] = float(blue) * scale;
    }
  }
}

void robot_cells(const RobotMask& mask, const ResidualOptions& options, PatchFlags& robot) {
  robot.fill(0);
  const int margin = options.mask_margin;
  for (int cell = 0; cell < kPatchCells; ++cell) {
    if (mask.data[cell] <= options.mask_share * 255) continue;
    const int row = cell / kPatchGrid, col = cell % kPatchGrid;
    for (int r = std::max(row - margin, 0); r <= std::min(row + margin, kPatchGrid - 1); ++r) {
      for (int c = std::max(col - margin, 0); c <= std::min(col + margin, kPatchGrid - 1); ++c) {
        robot[r * kPatchGrid + c] = 1;
      }
    }
  }
}

}  // namespace awd
