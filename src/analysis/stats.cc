// Wilson and Newcombe intervals, the exact McNemar test and quantiles. Closed forms only: nothing is resampled, so
// results are the same on every machine.
#include "analysis/stats.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/check.h"

namespace awd {
namespace {

constexpr double kZ95 = 1.959963984540054;  // 97.5 % quantile of the standard normal

double square(double x) { return x * x; }

/// Correlation of the paired outcomes with Newcombe's continuity correction; 0 where a margin is empty.
double corrected_phi(const PairedCounts& c) {
  const double margins = double(c.both + c.only_a) * double(c.only_b + c.neither) * double(c.both + c.only_b) *
                         double(c.only_a + c.neither);
  if (margins == 0) return 0;
  const double determinant = double(c.both) * double(c.neither) - double(c.only_a) * double(c.only_b);
  const double corrected = determinant > 0 ? std::max(determinant - double(c.n()) / 2, 0.0) : determinant;
  return corrected / std::sqrt(margins);
}

}  // namespace

Interval wilson_interval(std::int64_t successes, std::int64_t n) {
  AWD_CHECK(successes >= 0 && successes <= n, "{} of {}", successes, n);
  if (n == 0) return {0, 1};
  const double count = double(n);
  const double p = double(successes) / count;
  const double centre = p + square(kZ95) / (2 * count);
  const double half_width = kZ95 * std::sqrt(p * (1 - p) / count + square(kZ95 / (2 * count)));
  const double scale = 1 + square(kZ95) / count;
  // The ends are exact at 0 and n, where rounding would leave them a hair inside or outside.
  return {successes == 0 ? 0.0 : (centre - half_width) / scale, successes == n ? 1.0 : (centre + half_width) / scale};
}

double paired_difference(const PairedCounts& counts) {
  return counts.n() == 0 ? 0 : double(counts.only_a - counts.only_b) / double(counts.n());
}

Interval paired_difference_interval(const PairedCounts& counts) {
  if (counts.n() == 0) return {-1, 1};
  const double n = double(counts.n());
  const double a = double(counts.both + counts.only_a) / n;
  const double b = double(counts.both + counts.only_b) / n;
  const Interval wilson_a = wilson_interval(counts.both + counts.only_a, counts.n());
  const Interval wilson_b = wilson_interval(counts.both + counts.only_b, counts.n());
  const double phi = corrected_phi(counts);
  const auto combine = [phi](double x, double y) {
    return std::sqrt(std::max(0.0, square(x) - 2 * phi * x * y + square(y)));
  };
  const double difference = paired_difference(counts);
  return {difference - combine(a - wilson_a.low, wilson_b.high - b),
          difference + combine(wilson_a.high - a, b - wilson_b.low)};
}

double mcnemar_exact_p(const PairedCounts& counts) {
  const std::int64_t discordant = counts.only_a + counts.only_b;
  const std::int64_t smaller = std::min(counts.only_a, counts.only_b);
  // log C(m, k) / 2^m by lgamma, so that thousands of pairs neither overflow nor underflow.
  double tail = 0;
  for (std::int64_t k = 0; k <= smaller; ++k) {
    const double log_choose =
        std::lgamma(double(discordant + 1)) - std::lgamma(double(k + 1)) - std::lgamma(double(discordant - k + 1));
    tail += std::exp(log_choose - double(discordant) * std::log(2.0));
  }
  return std::min(1.0, 2 * tail);
}

double quantile(std::vector<double> samples, double p) {
  AWD_CHECK(p >= 0 && p <= 1, "p = {}", p);
  if (samples.empty()) return std::numeric_limits<double>::quiet_NaN();
  const double position = p * double(samples.size() - 1);
  const auto below = samples.begin() + std::ptrdiff_t(position);
  std::nth_element(samples.begin(), below, samples.end());
  if (below + 1 == samples.end()) return *below;
  const double above = *std::min_element(below + 1, samples.end());
  return *below + (position - std::floor(position)) * (above - *below);
}

}  // namespace awd
