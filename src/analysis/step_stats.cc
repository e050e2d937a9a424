// Closed forms only, like stats.cc: results are the same on every machine.
#include "analysis/step_stats.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/check.h"

namespace awd {
namespace {

constexpr double kZ95 = 1.959963984540054;  // 97.5 % quantile of the standard normal
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

/// 97.5 % quantile of Student's t by its expansion in 1 / degrees of freedom (Abramowitz and Stegun 26.7.5): 11 %
/// low at one degree of freedom, 0.7 % at two, 0.1 % at three, exact to four digits from five on.
double student_t(double degrees) {
  const double z = kZ95, z2 = z * z, v = degrees;
  return z * (1 + (z2 + 1) / (4 * v) + ((5 * z2 + 16) * z2 + 3) / (96 * v * v) +
              (((3 * z2 + 19) * z2 + 17) * z2 - 15) / (384 * v * v * v) +
              ((((79 * z2 + 776) * z2 + 1482) * z2 - 1920) * z2 - 945) / (92160 * v * v * v * v));
}

/// Wilson's interval of the share p of n, n not necessarily whole.
Interval wilson(double p, double n) {
  const double z2 = kZ95 * kZ95;
  const double centre = p + z2 / (2 * n);
  const double half_width = kZ95 * std::sqrt(p * (1 - p) / n + z2 / (4 * n * n));
  return {p <= 0 ? 0.0 : (centre - half_width) / (1 + z2 / n), p >= 1 ? 1.0 : (centre + half_width) / (1 + z2 / n)};
}

/// sum(part) / sum(whole) and what is known about it.
struct Ratio {
  double value = 0;
  double whole = 0;
  double episodes = 0;  // with a whole
  double variance = 0;  // of `value`, linearised; 0 for fewer than two episodes
};

Ratio ratio_of(std::span<const EpisodeShare> episodes) {
  Ratio ratio;
  double part = 0, squares = 0;
  for (const EpisodeShare& episode : episodes) {
    part += episode.part;
    ratio.whole += episode.whole;
    ratio.episodes += episode.whole > 0 ? 1 : 0;
  }
  if (ratio.whole == 0) return ratio;
  ratio.value = part / ratio.whole;
  for (const EpisodeShare& episode : episodes) squares += std::pow(episode.part - ratio.value * episode.whole, 2);
  const double n = ratio.episodes;
  if (n > 1) ratio.variance = n / (n - 1) * squares / (ratio.whole * ratio.whole);
  return ratio;
}

}  // namespace

Interval share_interval(std::span<const EpisodeShare> episodes) {
  const Ratio ratio = ratio_of(episodes);
  for (const EpisodeShare& episode : episodes) {
    AWD_CHECK(episode.part >= 0 && episode.part <= episode.whole, "{} of {}", episode.part, episode.whole);
  }
  if (ratio.whole == 0) return {0, 1};
  const double p = ratio.value;
  if (ratio.episodes < 2) return wilson(p, ratio.episodes);
  if (ratio.variance <= 0) return wilson(p, ratio.whole);
  const double few = kZ95 / student_t(ratio.episodes - 1);
  return wilson(p, std::min(ratio.whole, p * (1 - p) / ratio.variance * few * few));
}

Interval ratio_interval(std::span<const EpisodeShare> episodes) {
  const Ratio ratio = ratio_of(episodes);
  if (ratio.episodes < 2) return {kNaN, kNaN};
  const double half_width = student_t(ratio.episodes - 1) * std::sqrt(ratio.variance);
  return {ratio.value - half_width, ratio.value + half_width};
}

Interval quantile_interval(std::vector<double> samples, double p) {
  AWD_CHECK(p > 0 && p < 1, "p = {}", p);
  const double n = double(samples.size());
  const double half_width = kZ95 * std::sqrt(n * p * (1 - p));
  const double low = std::floor(n * p - half_width), high = std::ceil(n * p + half_width) + 1;  // ranks from 1
  const auto ranked = [&](double rank) {
    if (rank < 1 || rank > n) return kNaN;
    const auto place = samples.begin() + std::ptrdiff_t(rank - 1);
    std::nth_element(samples.begin(), place, samples.end());
    return *place;
  };
  const double lower = ranked(low);
  return {lower, ranked(high)};
}

}  // namespace awd
