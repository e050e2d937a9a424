// AUROC by counting pairs over the sorted scores; a resample only changes how often each cluster counts, so that the
// scores are sorted once.
#include "analysis/roc.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/check.h"
#include "base/rng.h"

namespace awd {
namespace {

/// Cases by falling score, with clusters numbered from 0.
struct Sorted {
  std::vector<ScoredCase> cases;
  int clusters = 0;
};

Sorted sort_cases(std::span<const ScoredCase> cases) {
  Sorted sorted{{cases.begin(), cases.end()}, 0};
  std::vector<int> names;
  for (const ScoredCase& c : cases) {
    AWD_CHECK(!std::isnan(c.score), "NaN score");
    names.push_back(c.cluster);
  }
  std::ranges::sort(names);
  names.erase(std::unique(names.begin(), names.end()), names.end());
  for (ScoredCase& c : sorted.cases) c.cluster = int(std::ranges::lower_bound(names, c.cluster) - names.begin());
  std::ranges::stable_sort(sorted.cases, std::greater{}, &ScoredCase::score);
  sorted.clusters = int(names.size());
  return sorted;
}

/// AUROC when cluster c counts weights[c] times; NaN without positives or without negatives.
double weighted_auroc(const Sorted& sorted, const std::vector<double>& weights) {
  const auto& cases = sorted.cases;
  double positives = 0, negatives = 0, pairs = 0;
  for (std::size_t i = 0; i < cases.size();) {
    double tied_positives = 0, tied_negatives = 0;
    const double score = cases[i].score;
    for (; i < cases.size() && cases[i].score == score; ++i) {
      (cases[i].is_positive ? tied_positives : tied_negatives) += weights[std::size_t(cases[i].cluster)];
    }
    pairs += tied_negatives * (positives + 0.5 * tied_positives);
    positives += tied_positives;
    negatives += tied_negatives;
  }
  const bool has_both = positives > 0 && negatives > 0;
  return has_both ? pairs / (positives * negatives) : std::numeric_limits<double>::quiet_NaN();
}

/// 2.5 and 97.5 % points of the AUROC over resampled clusters; resamples with one kind only are left out.
Interval bootstrap_interval(const Sorted& sorted, const BootstrapOptions& options) {
  Rng rng(options.seed);
  std::vector<double> values;
  for (int i = 0; i < options.resamples; ++i) {
    std::vector<double> weights(std::size_t(sorted.clusters), 0.0);
    for (int draw = 0; draw < sorted.clusters; ++draw) weights[std::size_t(rng.index(sorted.clusters))] += 1;
    const double value = weighted_auroc(sorted, weights);
    if (!std::isnan(value)) values.push_back(value);
  }
  if (values.empty()) return {0, 1};
  return {quantile(values, 0.025), quantile(values, 0.975)};
}

std::vector<RocPoint> curve(const Sorted& sorted, double positives, double negatives) {
  std::vector<RocPoint> points;
  double above_positives = 0, above_negatives = 0;
  const auto& cases = sorted.cases;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    (cases[i].is_positive ? above_positives : above_negatives) += 1;
    const bool ends_tie = i + 1 == cases.size() || cases[i + 1].score != cases[i].score;
    if (ends_tie) points.push_back({cases[i].score, above_negatives / negatives, above_positives / positives});
  }
  const std::size_t count = points.size();
  if (count <= std::size_t(kRocPoints)) return points;
  std::vector<RocPoint> thinned;
  thinned.reserve(std::size_t(kRocPoints));
  for (int i = 0; i < kRocPoints; ++i) thinned.push_back(points[std::size_t(i) * (count - 1) / (kRocPoints - 1)]);
  return thinned;
}

}  // namespace

Roc roc_of(std::span<const ScoredCase> cases, const BootstrapOptions& options) {
  const Sorted sorted = sort_cases(cases);
  Roc roc{.cases = std::int64_t(cases.size()), .ci95 = {0, 1}, .points = {}};
  roc.positives = std::ranges::count(cases, true, &ScoredCase::is_positive);
  roc.auroc = weighted_auroc(sorted, std::vector<double>(std::size_t(sorted.clusters), 1.0));
  if (std::isnan(roc.auroc)) return roc;
  roc.ci95 = bootstrap_interval(sorted, options);
  roc.points = curve(sorted, double(roc.positives), double(roc.cases - roc.positives));
  return roc;
}

}  // namespace awd
