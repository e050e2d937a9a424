// Statistics of success counts and latencies: intervals and tests with a source each. Pure functions, thread-safe.
#pragma once

#include <cstdint>
#include <vector>

namespace awd {

struct Interval {
  double low = 0;
  double high = 0;
};

/// 95 % Wilson score interval of a proportion (Wilson 1927, J. Am. Stat. Assoc. 22). n = 0 gives [0, 1].
Interval wilson_interval(std::int64_t successes, std::int64_t n);

/// The four outcomes of n paired yes/no trials: the same task and seed under arm A and under arm B.
struct PairedCounts {
  std::int64_t both = 0;
  std::int64_t only_a = 0;
  std::int64_t only_b = 0;
  std::int64_t neither = 0;
  std::int64_t n() const { return both + only_a + only_b + neither; }
};

/// Success rate of A minus that of B.
double paired_difference(const PairedCounts& counts);

/// 95 % interval of that difference: Newcombe's method 10, Wilson intervals combined by square-and-add with the
/// correlation of the pairs (Newcombe 1998, Statistics in Medicine 17:2635-2650). n = 0 gives [-1, 1].
Interval paired_difference_interval(const PairedCounts& counts);

/// Two-sided exact McNemar p-value of "A and B succeed equally often": the binomial test of the discordant pairs at
/// 1/2 (McNemar 1947, Psychometrika 12). No discordant pair gives 1.
double mcnemar_exact_p(const PairedCounts& counts);

/// The p-quantile (0 <= p <= 1) with linear interpolation between order statistics; NaN for no samples.
double quantile(std::vector<double> samples, double p);

}  // namespace awd
