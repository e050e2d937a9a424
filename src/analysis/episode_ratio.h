// A ratio of sums over frames (a mean, a share, an enrichment) with an interval over episodes: frames of one episode
// depend on each other and are resampled together. Pure functions, thread-safe.
#pragma once

#include <span>

#include "analysis/signals/roc.h"

namespace awd {

/// What one episode adds to a ratio.
struct RatioPart {
  double numerator = 0;
  double denominator = 0;
};

struct RatioEstimate {
  double value = 0;  // sum of numerators / sum of denominators; NaN where the denominators sum to 0
  Interval ci95{};   // percentiles of the bootstrap over episodes; NaN with fewer than two episodes that count
  int episodes = 0;  // with a denominator

  /// True if the whole interval lies above (below) `limit`; false where it is NaN.
  bool is_above(double limit) const { return ci95.low > limit; }
  bool is_below(double limit) const { return ci95.high < limit; }
};

/// The same parts and options give the same bits. Parts must be finite, denominators not negative.
RatioEstimate estimate_ratio(std::span<const RatioPart> episodes, const BootstrapOptions& options);

}  // namespace awd
