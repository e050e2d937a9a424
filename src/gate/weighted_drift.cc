// Pools one picture row by row, compares it with the anchor's pooled grid and adds up the differences, plain and times
// the anchor's weight.
#include "gate/weighted_drift.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/check.h"
#include "gate/pooling.h"

namespace awd {
namespace {

using Row = std::array<float, kMaxPictureWidth>;  // one value per grid column

}  // namespace

CameraDrift camera_drift(const ImageView& picture, const Anchor::Camera& anchor, int pool, PixelRange range) {
  const int rows = picture.height / pool, cols = picture.width / pool;
  const std::size_t cells = std::size_t(rows) * cols;
  AWD_CHECK(anchor.pooled.size() == 3 * cells && anchor.weight.size() == cells, "anchor made with another pool than {}",
            pool);

  // Column sums instead of one running sum: every lane is independent, so the loops vectorise as written.
  Row raw{}, weighted{}, largest{};
  std::array<float, 3 * kMaxPictureWidth> means;
  for (int row = 0; row < rows; ++row) {
    pool_cell_row(picture, pool, row, means.data());
    const float* const held = anchor.pooled.data() + std::size_t(row) * cols;
    const float* const weight = anchor.weight.data() + std::size_t(row) * cols;
    for (int col = 0; col < cols; ++col) {
      const float difference = std::abs(means[col] - held[col]) + std::abs(means[cols + col] - held[cells + col]) +
                               std::abs(means[2 * cols + col] - held[2 * cells + col]);
      raw[col] += difference;
      weighted[col] += difference * weight[col];
      largest[col] = std::max(largest[col], difference);
    }
  }

  const double rgb_mean = 1.0 / 3.0;
  const double range_per_count = (range == PixelRange::kModel ? 2.0 : 1.0) / 255.0;
  CameraDrift drift;
  for (int col = 0; col < cols; ++col) {
    drift.raw += raw[col];
    drift.weighted += weighted[col];
    drift.largest_cell = std::max(drift.largest_cell, double(largest[col]));
  }
  drift.raw *= rgb_mean * range_per_count;
  drift.weighted *= rgb_mean * range_per_count;
  drift.largest_cell *= rgb_mean * range_per_count;
  return drift;
}

}  // namespace awd
