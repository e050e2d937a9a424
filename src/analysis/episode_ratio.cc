// Percentile bootstrap with episodes as the unit that is drawn.
#include "analysis/episode_ratio.h"

#include <cmath>
#include <limits>
#include <vector>

#include "base/check.h"
#include "base/rng.h"

namespace awd {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

double ratio(const RatioPart& sum) { return sum.denominator > 0 ? sum.numerator / sum.denominator : kUnknown; }

}  // namespace

RatioEstimate estimate_ratio(std::span<const RatioPart> episodes, const BootstrapOptions& options) {
  std::vector<RatioPart> parts;  // those that count
  RatioPart total;
  for (const RatioPart& part : episodes) {
    AWD_CHECK(std::isfinite(part.numerator) && std::isfinite(part.denominator) && part.denominator >= 0, "{} / {}",
              part.numerator, part.denominator);
    if (part.denominator <= 0) continue;
    parts.push_back(part);
    total.numerator += part.numerator;
    total.denominator += part.denominator;
  }
  const int count = int(parts.size());
  RatioEstimate estimate{.value = ratio(total), .ci95 = {kUnknown, kUnknown}, .episodes = count};
  if (count < 2) return estimate;
  Rng rng(options.seed);
  std::vector<double> values;
  values.reserve(std::size_t(options.resamples));
  for (int i = 0; i < options.resamples; ++i) {
    RatioPart sum;
    for (int draw = 0; draw < count; ++draw) {
      const RatioPart& part = parts[std::size_t(rng.index(count))];
      sum.numerator += part.numerator;
      sum.denominator += part.denominator;
    }
    values.push_back(ratio(sum));
  }
  estimate.ci95 = {quantile(values, 0.025), quantile(values, 0.975)};
  return estimate;
}

}  // namespace awd
