// Numbers of one attention map: how focused it is, what it lies on, and whether its attended region holds the target of
// later frames. Pure functions, thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "io/recording.h"

namespace awd {

/// How focused a map is; the map need not sum to 1.
struct FocusStats {
  double max = 0;
  double mean = 0;
  double max_over_mean = 0;   // 1: even; number of cells: all in one. NaN for a map of zeros, as are the next three
  double entropy_nats = 0;    // of the map normalised to 1
  double entropy_share = 0;   // of ln(number of cells), 1: even
  double half_mass_area = 0;  // fewest cells that hold half of the sum / all cells
};
FocusStats focus_stats(std::span<const float> map);

/// For every cell of a [side, side] grid over a picture, the share of its area that shows each label. A picture that is
/// not square lies centred in the square, as the policy sees it; borders have no label.
struct LabelGrid {
  int side = 0;
  std::array<std::vector<float>, kSceneLabelCount> share;  // [side * side] each, 0 .. 1

  const std::vector<float>& of(SceneLabel label) const { return share[std::size_t(label)]; }
};
LabelGrid label_grid(const LabelView& labels, int side);

/// What of a map, and of the picture's area, falls on each label.
struct LabelShares {
  std::array<double, kSceneLabelCount> attention{};  // of the map's sum; of 1 where every patch has a label
  std::array<double, kSceneLabelCount> area{};       // of the labelled picture
};
/// `map` has the grid's size.
LabelShares label_shares(std::span<const float> map, const LabelGrid& labels);

/// The three regions whose coverage is compared.
enum class AttendedRegion {
  kRaw,      // cells of the map above the map's mean
  kDilated,  // cells of the dilated map above the dilated map's mean
  kGrown,    // cells of the dilated map above the mean of the map: the raw region, grown by the window
};
inline constexpr int kAttendedRegionCount = 3;
inline constexpr std::array<std::string_view, kAttendedRegionCount> kAttendedRegionWords{"raw", "dilated", "grown"};

/// Cells that belong to a region, 0 or 1. `map` and `dilated` are of one size.
using CellFlags = std::vector<std::uint8_t>;
CellFlags attended_region(AttendedRegion region, std::span<const float> map, std::span<const float> dilated);
double area_share(const CellFlags& region);

/// Share of a thing's area (label shares per cell) that lies in the region; NaN where less than `least` cells of it can
/// be seen.
double coverage(const CellFlags& region, std::span<const float> thing, double least = 0);

/// What of `later` was not there `before`: max(0, later - before) cell by cell.
std::vector<float> newly_covered(std::span<const float> before, std::span<const float> later);

}  // namespace awd
