// Correlations and ratios from sums per episode, so that a resample of episodes only adds the sums up anew.
#include "analysis/drift/drift_claims.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include "base/rng.h"

namespace awd {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

/// Ranks from 1, ties share their mean rank.
std::vector<double> ranks_of(const std::vector<double>& values) {
  std::vector<std::size_t> order(values.size());
  std::iota(order.begin(), order.end(), std::size_t(0));
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return values[i]; });
  std::vector<double> ranks(values.size());
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first;
    while (last + 1 < order.size() && values[order[last + 1]] == values[order[first]]) ++last;
    for (std::size_t i = first; i <= last; ++i) ranks[order[i]] = 1 + double(first + last) / 2;
    first = last + 1;
  }
  return ranks;
}

/// 95 % interval of `statistic(sum over the clusters drawn)`.
template <class Sums, class Statistic>
Interval bootstrap(const std::map<int, Sums>& clusters, const BootstrapOptions& options, Interval widest,
                   Statistic&& statistic) {
  std::vector<Sums> list;
  list.reserve(clusters.size());
  for (const auto& entry : clusters) list.push_back(entry.second);
  Rng rng(options.seed);
  std::vector<double> values;
  for (int i = 0; i < options.resamples && !list.empty(); ++i) {
    Sums total{};
    for (std::size_t draw = 0; draw < list.size(); ++draw) total += list[std::size_t(rng.index(int(list.size())))];
    const double value = statistic(total);
    if (!std::isnan(value)) values.push_back(value);
  }
  if (values.empty()) return widest;
  return {quantile(values, 0.025), quantile(values, 0.975)};
}

/// What Pearson's correlation needs.
struct Moments {
  double n = 0, x = 0, y = 0, xx = 0, yy = 0, xy = 0;
  Moments& operator+=(const Moments& other) {
    n += other.n, x += other.x, y += other.y, xx += other.xx, yy += other.yy, xy += other.xy;
    return *this;
  }
};

double pearson(const Moments& m) {
  const double x_spread = m.n * m.xx - m.x * m.x, y_spread = m.n * m.yy - m.y * m.y;
  if (m.n < 3 || x_spread <= 0 || y_spread <= 0) return kNone;
  return (m.n * m.xy - m.x * m.y) / std::sqrt(x_spread * y_spread);
}

struct WeightSums {
  double weighted = 0, raw = 0, expected = 0;  // expected: raw drift times the mean weight of its frame
  WeightSums& operator+=(const WeightSums& other) {
    weighted += other.weighted, raw += other.raw, expected += other.expected;
    return *this;
  }
};

double against_mean(const WeightSums& sums) { return sums.expected > 0 ? sums.weighted / sums.expected : kNone; }

template <class Belongs>
EffectiveWeight effective_weight(std::span<const DriftRow> rows, DriftConvention convention, std::size_t camera,
                                 const BootstrapOptions& options, Belongs&& belongs) {
  EffectiveWeight result;
  std::map<int, WeightSums> episodes;
  WeightSums total;
  for (const DriftRow& row : rows) {
    const FrameDrift& drift = row.in(convention);
    const double raw = double(drift.raw_per_camera[camera]);
    if (std::isnan(raw) || !belongs(row)) continue;
    const WeightSums sums{double(drift.weighted_per_camera[camera]), raw, raw * double(drift.mean_weight[camera])};
    episodes[row.episode] += sums;
    total += sums;
    ++result.frames;
  }
  result.weight = total.raw > 0 ? total.weighted / total.raw : kNone;
  result.against_mean = against_mean(total);
  result.against_mean_ci95 = bootstrap(episodes, options, {0, 0}, against_mean);
  return result;
}

CameraFiltering filtering_of(std::span<const DriftRow> rows, DriftConvention convention, std::size_t camera,
                             const std::string& name, const BootstrapOptions& options) {
  const auto every = [](const DriftRow&) { return true; };
  const auto key = [](const DriftRow& row) { return row.is_key; };
  const auto steady = [](const DriftRow& row) { return !row.is_key; };
  return {.camera = name,
          .all = effective_weight(rows, convention, camera, options, every),
          .key = effective_weight(rows, convention, camera, options, key),
          .steady = effective_weight(rows, convention, camera, options, steady)};
}

RankCorrelation correlate(std::span<const DriftRow> rows, DriftConvention convention, float DriftRow::*motion,
                          const BootstrapOptions& options) {
  std::vector<RankPair> pairs;
  for (const DriftRow& row : rows) {
    const RankPair pair{double(row.in(convention).state), double(row.*motion), row.episode};
    if (!std::isnan(pair.x) && !std::isnan(pair.y)) pairs.push_back(pair);
  }
  return rank_correlation(pairs, options);
}

AurocDifference weighted_against_raw(std::span<const DriftRow> rows, DriftConvention convention,
                                     const BootstrapOptions& options) {
  std::vector<PairedCase> cases;
  for (const DriftRow& row : rows) {
    const FrameDrift& drift = row.in(convention);
    if (std::isnan(drift.weighted) || std::isnan(drift.raw)) continue;
    cases.push_back({double(drift.weighted), double(drift.raw), row.is_key, row.episode});
  }
  return auroc_difference(cases, options);
}

}  // namespace

RankCorrelation rank_correlation(std::span<const RankPair> pairs, const BootstrapOptions& options) {
  std::vector<double> x, y;
  for (const RankPair& pair : pairs) {
    x.push_back(pair.x);
    y.push_back(pair.y);
  }
  const std::vector<double> x_ranks = ranks_of(x), y_ranks = ranks_of(y);
  const double middle = (double(pairs.size()) + 1) / 2;  // taken off, so that sums of squares stay small
  std::map<int, Moments> clusters;
  Moments total;
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    const double a = x_ranks[i] - middle, b = y_ranks[i] - middle;
    const Moments one{1, a, b, a * a, b * b, a * b};
    clusters[pairs[i].cluster] += one;
    total += one;
  }
  RankCorrelation result{.n = std::int64_t(pairs.size()), .rho = pearson(total), .ci95 = {-1, 1}};
  if (!std::isnan(result.rho)) result.ci95 = bootstrap(clusters, options, {-1, 1}, pearson);
  return result;
}

DriftClaims claims_of(std::span<const DriftRow> rows, const std::vector<std::string>& cameras,
                      const BootstrapOptions& options) {
  DriftClaims claims;
  for (const auto convention : {DriftConvention::kFrameToFrame, DriftConvention::kAnchor}) {
    ConventionClaims& in = claims.in[std::size_t(convention)];
    in.state_and_action = correlate(rows, convention, &DriftRow::commanded_motion, options);
    in.state_and_joints = correlate(rows, convention, &DriftRow::joint_speed, options);
    in.weighted_minus_raw = weighted_against_raw(rows, convention, options);
    for (std::size_t c = 0; c < cameras.size(); ++c) {
      in.cameras.push_back(filtering_of(rows, convention, c, cameras[c], options));
    }
  }
  return claims;
}

}  // namespace awd
