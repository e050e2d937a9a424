// AUROC by counting pairs over the sorted scores; a resample only changes how often each cluster counts, so that the
// scores are sorted once.
#include "analysis/signals/roc.h"

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

/// 2.5 and 97.5 % points of `statistic(weights of the clusters)` over resampled clusters; resamples where it is NaN
/// (one kind of cases only) are left out. `widest` where none is left.
template <class Statistic>
Interval bootstrap_interval(int clusters, const BootstrapOptions& options, Interval widest, Statistic&& statistic) {
  Rng rng(options.seed);
  std::vector<double> values;
  for (int i = 0; i < options.resamples; ++i) {
    std::vector<double> weights(std::size_t(clusters), 0.0);
    for (int draw = 0; draw < clusters; ++draw) weights[std::size_t(rng.index(clusters))] += 1;
    const double value = statistic(weights);
    if (!std::isnan(value)) values.push_back(value);
  }
  if (values.empty()) return widest;
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
  roc.ci95 = bootstrap_interval(sorted.clusters, options, {0, 1}, [&sorted](const std::vector<double>& weights) {
    return weighted_auroc(sorted, weights);
  });
  roc.points = curve(sorted, double(roc.positives), double(roc.cases - roc.positives));
  return roc;
}

AurocDifference auroc_difference(std::span<const PairedCase> cases, const BootstrapOptions& options) {
  std::vector<ScoredCase> a, b;
  for (const PairedCase& c : cases) {
    a.push_back({c.score_a, c.is_positive, c.cluster});
    b.push_back({c.score_b, c.is_positive, c.cluster});
  }
  const Sorted sorted_a = sort_cases(a), sorted_b = sort_cases(b);  // number their clusters alike
  const auto difference = [&](const std::vector<double>& weights) {
    return weighted_auroc(sorted_a, weights) - weighted_auroc(sorted_b, weights);
  };
  AurocDifference result{.difference = difference(std::vector<double>(std::size_t(sorted_a.clusters), 1.0)),
                         .ci95 = {-1, 1}};
  if (std::isnan(result.difference)) return result;
  result.ci95 = bootstrap_interval(sorted_a.clusters, options, {-1, 1}, difference);
  return result;
}

}  // namespace awd
