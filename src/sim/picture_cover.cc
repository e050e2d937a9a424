// Convex hull by Andrew's monotone chain, then one span of bits per row of samples.
#include "sim/picture_cover.h"

#include <algorithm>
#include <bit>
#include <cmath>

#include "base/check.h"

namespace awd::sim {
namespace {

/// Twice the signed area of the triangle.
double turn(const PicturePoint& a, const PicturePoint& b, const PicturePoint& c) {
  return (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);
}

/// Corners of the hull of sorted points, in order around it; returns how many.
int find_hull(std::span<const PicturePoint> sorted, std::span<PicturePoint> hull) {
  int count = 0;
  const auto add = [&](const PicturePoint& point, int keep) {
    while (count >= keep + 2 && turn(hull[count - 2], hull[count - 1], point) <= 0) --count;
    hull[count++] = point;
  };
  for (const PicturePoint& point : sorted) add(point, 0);
  const int lower = count - 1;
  for (auto point = sorted.rbegin() + 1; point != sorted.rend(); ++point) add(*point, lower);
  return count - 1;  // the first corner comes twice
}

/// Bits first .. last of a row of 128.
std::array<std::uint64_t, 2> span_bits(int first, int last) {
  std::array<std::uint64_t, 2> bits{};
  for (int word = 0; word < 2; ++word) {
    const int low = std::max(first - 64 * word, 0), high = std::min(last - 64 * word, 63);
    if (low <= high) bits[word] = (~std::uint64_t{0} >> (63 - high + low)) << low;
  }
  return bits;
}

}  // namespace

void PictureCover::add_hull(std::span<PicturePoint> points) {
  AWD_CHECK(points.size() <= kMaxPoints, "points {}", points.size());
  if (points.size() < 3) return;
  for (PicturePoint& point : points) point = {point.x * kSamples, point.y * kSamples};
  std::ranges::sort(points, [](const auto& a, const auto& b) { return a.x < b.x || (a.x == b.x && a.y < b.y); });
  std::array<PicturePoint, kMaxPoints + 1> hull;
  const int corners = find_hull(points, hull);

  std::array<double, kSamples> left, right;  // where the hull's outline crosses the middle line of each row
  left.fill(kSamples);
  right.fill(-1);
  int top = kSamples, bottom = -1;
  for (int i = 0; i < corners; ++i) {
    const PicturePoint &a = hull[i], &b = hull[(i + 1) % corners];
    const int first = int(std::clamp(std::ceil(std::min(a.y, b.y) - 0.5), 0.0, double(kSamples)));
    const int last = int(std::clamp(std::floor(std::max(a.y, b.y) - 0.5), -1.0, double(kSamples - 1)));
    if (first > last) continue;
    top = std::min(top, first);
    bottom = std::max(bottom, last);
    const double slope = (b.x - a.x) / (b.y - a.y);
    for (int row = first; row <= last; ++row) {
      const double x = a.y == b.y ? a.x : a.x + slope * (row + 0.5 - a.y);
      left[row] = std::min(left[row], x);
      right[row] = std::max(right[row], x);
    }
  }
  for (int row = top; row <= bottom; ++row) {
    const int first = int(std::clamp(std::ceil(left[row] - 0.5), 0.0, double(kSamples)));
    const int last = int(std::clamp(std::floor(right[row] - 0.5), -1.0, double(kSamples - 1)));
    const auto bits = span_bits(first, last);
    for (int word = 0; word < 2; ++word) rows_[row][word] |= bits[word];
  }
}

bool PictureCover::empty() const {
  return std::ranges::all_of(rows_, [](const auto& row) { return (row[0] | row[1]) == 0; });
}

void PictureCover::read_shares(std::span<std::uint8_t, kCells> shares) const {
  constexpr int kSide = kSamples / kPatchGrid, kPerWord = 64 / kSide;
  for (int patch_row = 0; patch_row < kPatchGrid; ++patch_row) {
    for (int patch_column = 0; patch_column < kPatchGrid; ++patch_column) {
      const int word = patch_column / kPerWord, low = kSide * (patch_column % kPerWord);
      int count = 0;
      for (int row = kSide * patch_row; row < kSide * (patch_row + 1); ++row) {
        count += std::popcount((rows_[row][word] >> low) & ((1u << kSide) - 1));
      }
      constexpr int kAll = kSide * kSide;
      shares[kPatchGrid * patch_row + patch_column] = std::uint8_t((255 * count + kAll - 1) / kAll);
    }
  }
}

}  // namespace awd::sim
