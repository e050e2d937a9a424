// Which part of a square picture is covered by convex shapes: a grid of 128 x 128 samples, read out in patches.
#pragma once

#include <array>
#include <cstdint>
#include <span>

#include "awd/types.h"
#include "sim/picture.h"

namespace awd::sim {

/// Set of covered samples. A plain value; no function allocates.
class PictureCover {
 public:
  static constexpr int kCells = kPatchGrid * kPatchGrid;
  static constexpr int kMaxPoints = 192;

  /// Adds the convex hull of at most kMaxPoints points; reorders them. Points may lie outside of the picture.
  void add_hull(std::span<PicturePoint> points);

  bool empty() const;
  /// Covered share of every patch, 0 .. 255, rounded up: 0 means that no sample of it is covered.
  void read_shares(std::span<std::uint8_t, kCells> shares) const;

 private:
  static constexpr int kSamples = 128;                         // per side: 8 per patch
  std::array<std::array<std::uint64_t, 2>, kSamples> rows_{};  // one bit per sample, leftmost lowest
};

}  // namespace awd::sim
