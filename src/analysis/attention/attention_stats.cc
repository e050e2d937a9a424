// Sums over cells. Labels are brought onto the grid by exact overlap of areas, so that their size does not matter.
#include "analysis/attention/attention_stats.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "base/check.h"

namespace awd {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

double sum_of(std::span<const float> values) { return std::accumulate(values.begin(), values.end(), 0.0); }

float mean_of(std::span<const float> values) { return float(sum_of(values) / double(values.size())); }

/// One pixel along one axis on the grid: what it gives to cell `first` and the ones behind it.
struct Overlap {
  int first = 0;
  std::vector<double> cells;  // shares of a cell
};

/// Overlaps of `pixels` pixels, centred in a square of `square` pixels, with `side` cells.
std::vector<Overlap> overlaps(int pixels, int square, int side) {
  const int border = (square - pixels) / 2;
  const double scale = double(side) / square;
  std::vector<Overlap> list(std::size_t(pixels), Overlap{});
  for (int i = 0; i < pixels; ++i) {
    const double low = (border + i) * scale, high = (border + i + 1) * scale;
    Overlap& overlap = list[std::size_t(i)];
    overlap.first = int(low);
    for (int cell = overlap.first; cell < side && double(cell) < high; ++cell) {
      overlap.cells.push_back(std::min(high, cell + 1.0) - std::max(low, double(cell)));
    }
  }
  return list;
}

}  // namespace

FocusStats focus_stats(std::span<const float> map) {
  AWD_CHECK(!map.empty());
  const double sum = sum_of(map), cells = double(map.size());
  FocusStats stats{.max = double(std::ranges::max(map)),
                   .mean = sum / cells,
                   .max_over_mean = kUnknown,
                   .entropy_nats = kUnknown,
                   .entropy_share = kUnknown,
                   .half_mass_area = kUnknown};
  if (sum <= 0) return stats;
  stats.max_over_mean = stats.max / stats.mean;
  stats.entropy_nats = 0;
  for (const float value : map) {
    if (value > 0) stats.entropy_nats -= double(value) / sum * std::log(double(value) / sum);
  }
  stats.entropy_share = cells > 1 ? stats.entropy_nats / std::log(cells) : 0;
  std::vector<float> falling(map.begin(), map.end());
  std::ranges::sort(falling, std::greater{});
  double held = 0;
  std::size_t count = 0;
  while (count < falling.size() && held < sum / 2) held += double(falling[count++]);
  stats.half_mass_area = double(count) / cells;
  return stats;
}

LabelGrid label_grid(const LabelView& labels, int side) {
  AWD_CHECK(!labels.empty() && labels.height > 0 && labels.width > 0);
  LabelGrid grid{.side = side, .share = {}};
  const std::size_t cells = std::size_t(side) * std::size_t(side);
  for (auto& share : grid.share) share.assign(cells, 0.f);
  const int square = std::max(labels.height, labels.width);
  const std::vector<Overlap> rows = overlaps(labels.height, square, side), cols = overlaps(labels.width, square, side);
  const SceneLabel* pixel = labels.data;
  for (const Overlap& row : rows) {
    for (const Overlap& col : cols) {
      float* share = grid.share[std::size_t(*pixel++)].data();
      for (std::size_t r = 0; r < row.cells.size(); ++r) {
        float* cell = share + (std::size_t(row.first) + r) * std::size_t(side) + std::size_t(col.first);
        for (std::size_t c = 0; c < col.cells.size(); ++c) cell[c] += float(row.cells[r] * col.cells[c]);
      }
    }
  }
  return grid;
}

LabelShares label_shares(std::span<const float> map, const LabelGrid& labels) {
  LabelShares shares;
  const double map_sum = sum_of(map);
  double labelled = 0;
  for (int label = 0; label < kSceneLabelCount; ++label) {
    const std::vector<float>& share = labels.share[std::size_t(label)];
    AWD_CHECK(map.size() == share.size(), "{} cells on a grid of {}", map.size(), share.size());
    for (std::size_t cell = 0; cell < map.size(); ++cell) {
      shares.attention[std::size_t(label)] += double(map[cell]) * double(share[cell]);
      shares.area[std::size_t(label)] += double(share[cell]);
    }
    labelled += shares.area[std::size_t(label)];
  }
  for (std::size_t label = 0; label < std::size_t(kSceneLabelCount); ++label) {
    if (map_sum > 0) shares.attention[label] /= map_sum;
    shares.area[label] /= labelled;
  }
  return shares;
}

CellFlags attended_region(AttendedRegion region, std::span<const float> map, std::span<const float> dilated) {
  AWD_CHECK(map.size() == dilated.size() && !map.empty());
  const std::span<const float> values = region == AttendedRegion::kRaw ? map : dilated;
  const float limit = mean_of(region == AttendedRegion::kDilated ? dilated : map);
  CellFlags flags(values.size());
  std::ranges::transform(values, flags.begin(), [limit](float value) { return std::uint8_t(value > limit ? 1 : 0); });
  return flags;
}

double area_share(const CellFlags& region) {
  return double(std::ranges::count(region, std::uint8_t(1))) / double(region.size());
}

double coverage(const CellFlags& region, std::span<const float> thing, double least) {
  AWD_CHECK(region.size() == thing.size());
  double inside = 0, all = 0;
  for (std::size_t cell = 0; cell < thing.size(); ++cell) {
    all += double(thing[cell]);
    if (region[cell] != 0) inside += double(thing[cell]);
  }
  return all > 0 && all >= least ? inside / all : kUnknown;
}

std::vector<float> newly_covered(std::span<const float> before, std::span<const float> later) {
  AWD_CHECK(before.size() == later.size());
  std::vector<float> fresh(later.size());
  std::ranges::transform(before, later, fresh.begin(), [](float b, float l) { return std::max(0.f, l - b); });
  return fresh;
}

}  // namespace awd
