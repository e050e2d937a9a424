// Intervals of what is counted in steps: shares of steps, whose steps come in episodes and are not independent, and
// quantiles of times. Pure functions, thread-safe.
#pragma once

#include <span>
#include <vector>

#include "analysis/stats.h"

namespace awd {

/// What one episode adds to a share or ratio, such as `part` of `whole` steps.
struct EpisodeShare {
  double part = 0;
  double whole = 0;
};

/// 95 % interval of sum(part) / sum(whole) with episodes as the unit that was sampled: Wilson's interval at the
/// effective number of steps (linearised variance between episodes, Student's t for few of them; Korn and Graubard
/// 1998, Survey Methodology 24:193-201). Where no episode differs from the others, at the number of steps; for a single
/// episode, at one. No steps give [0, 1].
Interval share_interval(std::span<const EpisodeShare> episodes);

/// 95 % interval of sum(part) / sum(whole) where parts are not counted among wholes (a mean: every whole is 1; a rate):
/// Student's t with the linearised variance between episodes. Fewer than two episodes bound nothing: NaN.
Interval ratio_interval(std::span<const EpisodeShare> episodes);

/// 95 % interval of the p-quantile from order statistics, free of any assumption on the distribution. An end that the
/// samples cannot bound is NaN (the upper end of p99 takes about 370 of them). Samples count as independent.
Interval quantile_interval(std::vector<double> samples, double p);

}  // namespace awd
