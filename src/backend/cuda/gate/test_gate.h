// Test support: random pictures and maps, and the drifts of docs/gate.md as plain loops.
#pragma once

#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "backend/cuda/gate/memory.h"
#include "backend/gate_device.h"

namespace awd::cuda {

/// Copies `values` to the device; they are there when it returns. A copy of less than 64 KB may still run behind
/// cudaMemcpy(), and streams like the gate's do not wait for it.
template <class T>
void upload(const std::vector<T>& values, T* to) {
  AWD_CUDA(cudaMemcpy(to, values.data(), values.size() * sizeof(T), cudaMemcpyHostToDevice));
  AWD_CUDA(cudaStreamSynchronize(nullptr));
}

/// [height, width, 3] random bytes.
struct TestPicture {
  int height = 0, width = 0;
  std::vector<std::uint8_t> bytes;

  TestPicture(int h, int w, unsigned seed) : height(h), width(w), bytes(std::size_t(3) * h * w) {
    std::mt19937 random(seed);
    for (auto& byte : bytes) byte = std::uint8_t(random() % 256);
  }
  TestPicture changed(int amount, unsigned seed) const {
    TestPicture picture = *this;
    std::mt19937 random(seed);
    for (auto& byte : picture.bytes) {
      byte = std::uint8_t(std::clamp(int(byte) + int(random() % unsigned(2 * amount + 1)) - amount, 0, 255));
    }
    return picture;
  }
  ImageView view() const { return {bytes.data(), height, width}; }
  float mean(int first_row, int rows, int first_col, int cols, int channel) const {
    unsigned sum = 0;
    for (int row = first_row; row < first_row + rows; ++row) {
      for (int col = first_col; col < first_col + cols; ++col) {
        sum += bytes[(std::size_t(row) * width + col) * 3 + channel];
      }
    }
    return float(sum) * (1.0f / float(rows * cols));
  }
};

using TestMap = std::array<float, kPatchCells>;

/// Positive, sums to 1.
inline TestMap random_map(unsigned seed) {
  std::mt19937 random(seed);
  TestMap map;
  double sum = 0;
  for (float& value : map) sum += value = float(random() % 1000 + 1);
  for (float& value : map) value = float(value / sum);
  return map;
}

/// The map's value at a place of a side of `targets` cells, between two patches.
inline double resized(const TestMap& map, int row, int rows, int col, int cols) {
  const auto place = [](int target, int targets) { return std::max(0.0, (target + 0.5) * kPatchGrid / targets - 0.5); };
  const double y = place(row, rows), x = place(col, cols);
  const auto at = [&](int r, int c) {
    return double(map[std::min(r, kPatchGrid - 1) * kPatchGrid + std::min(c, kPatchGrid - 1)]);
  };
  const int r = int(y), c = int(x);
  const double above = at(r, c) + (x - c) * (at(r, c + 1) - at(r, c));
  const double below = at(r + 1, c) + (x - c) * (at(r + 1, c + 1) - at(r + 1, c));
  return above + (y - r) * (below - above);
}

/// What the device should answer.
inline PictureSignals plain_signals(const TestPicture& anchor, const TestPicture& now, const TestMap& map, int pool,
                                    int dilation, double range) {
  const int rows = now.height / pool, cols = now.width / pool, reach = dilation / 2;
  PictureSignals signals;
  signals.raw_drift = signals.weighted_drift = signals.local_outlier = 0;
  for (int row = 0; row < rows; ++row) {
    for (int col = 0; col < cols; ++col) {
      double difference = 0, weight = 0;
      for (int k = 0; k < 3; ++k) {
        difference += std::abs(double(now.mean(row * pool, pool, col * pool, pool, k)) -
                               double(anchor.mean(row * pool, pool, col * pool, pool, k)));
      }
      difference *= range / 255 / 3;
      for (int r = std::max(0, row - reach); r <= std::min(rows - 1, row + reach); ++r) {
        for (int c = std::max(0, col - reach); c <= std::min(cols - 1, col + reach); ++c) {
          weight = std::max(weight, resized(map, r, rows, c, cols));
        }
      }
      signals.raw_drift += difference;
      signals.weighted_drift += difference * weight;
      signals.local_outlier = std::max(signals.local_outlier, difference);
    }
  }
  return signals;
}

}  // namespace awd::cuda
