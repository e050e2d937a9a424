// Brings a [16, 16] importance map onto the pooled grid (bilinear) and dilates it; refuses maps that are negative or
// not finite.
#include "gate/importance_weight.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "awd/error.h"

namespace awd {
namespace {

/// The two source cells that one target cell lies between, and the share of the second.
struct Lerp {
  int low;
  int high;
  float share;
};

/// For cell `target` of `targets` along one side of the map.
Lerp lerp_at(int target, int targets) {
  const float centre = (float(target) + 0.5f) * float(kPatchGrid) / float(targets) - 0.5f;
  const float clamped = std::max(centre, 0.0f);
  const int low = std::min(int(clamped), kPatchGrid - 1);
  return {low, std::min(low + 1, kPatchGrid - 1), clamped - float(low)};
}

}  // namespace

void resize_importance(std::span<const float> map, int rows, int cols, std::span<float> resized) {
  for (int row = 0; row < rows; ++row) {
    const Lerp y = lerp_at(row, rows);
    const float* above = map.data() + y.low * kPatchGrid;
    const float* below = map.data() + y.high * kPatchGrid;
    for (int col = 0; col < cols; ++col) {
      const Lerp x = lerp_at(col, cols);
      const float top = above[x.low] + x.share * (above[x.high] - above[x.low]);
      const float bottom = below[x.low] + x.share * (below[x.high] - below[x.low]);
      resized[std::size_t(row) * cols + col] = top + y.share * (bottom - top);
    }
  }
}

void dilate(std::span<const float> in, int rows, int cols, int dilation, std::span<float> out) {
  const int reach = dilation / 2;
  for (int row = 0; row < rows; ++row) {
    const int first_row = std::max(row - reach, 0), last_row = std::min(row + reach, rows - 1);
    for (int col = 0; col < cols; ++col) {
      const int first_col = std::max(col - reach, 0), last_col = std::min(col + reach, cols - 1);
      float largest = in[std::size_t(first_row) * cols + first_col];
      for (int r = first_row; r <= last_row; ++r) {
        for (int c = first_col; c <= last_col; ++c) largest = std::max(largest, in[std::size_t(r) * cols + c]);
      }
      out[std::size_t(row) * cols + col] = largest;
    }
  }
}

void check_importance(std::span<const float> map) {
  for (std::size_t i = 0; i < map.size(); ++i) {
    if (!std::isfinite(map[i]) || map[i] < 0) {
      throw Error("gate importance", fmt::format("expected a finite number >= 0 at patch {}, got {}", i, map[i]));
    }
  }
}

void importance_weight(std::span<const float> map, int rows, int cols, int dilation, std::vector<float>& weight) {
  check_importance(map);
  const std::size_t cells = std::size_t(rows) * cols;
  weight.resize(2 * cells);  // the second half is scratch for the map before dilation
  const std::span<float> dilated(weight.data(), cells), resized(weight.data() + cells, cells);
  resize_importance(map, rows, cols, resized);
  dilate(resized, rows, cols, dilation, dilated);
  weight.resize(cells);
}

}  // namespace awd
