// Shares of steps by hand-worked numbers and in the limits where Wilson's interval is known; quantiles by ranks.
#include "analysis/step_stats.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>

namespace awd {
namespace {

TEST(ShareInterval, OneStepEpisodesAreNearlyWilsons) {
  std::vector<EpisodeShare> episodes(200, {0, 1});
  for (int i = 0; i < 40; ++i) episodes[std::size_t(i)].part = 1;
  const Interval share = share_interval(episodes), wilson = wilson_interval(40, 200);
  EXPECT_NEAR(share.low, wilson.low, 2e-3);
  EXPECT_NEAR(share.high, wilson.high, 2e-3);
}

TEST(ShareInterval, StepsOfAnEpisodeAreNotIndependent) {
  // Half of the episodes query always, the others never: 20 episodes, not 1000 steps, are what is known.
  std::vector<EpisodeShare> episodes;
  for (int i = 0; i < 20; ++i) episodes.push_back({i % 2 == 0 ? 50.0 : 0.0, 50});
  const Interval share = share_interval(episodes), wilson = wilson_interval(10, 20);
  EXPECT_LE(share.low, wilson.low + 1e-3);
  EXPECT_GE(share.high, wilson.high - 1e-3);
}

TEST(ShareInterval, EndsAreExactAndNothingKnownIsEverything) {
  const std::vector<EpisodeShare> never(9, {0, 1});
  EXPECT_EQ(share_interval(never).low, 0.0);
  EXPECT_NEAR(share_interval(never).high, 0.2991, 5e-5);  // nine steps
  const std::vector<EpisodeShare> always(9, {30, 30});
  EXPECT_EQ(share_interval(always).high, 1.0);
  EXPECT_GT(share_interval(always).low, 0.98);
  EXPECT_LT(share_interval(std::vector<EpisodeShare>{{30, 30}}).low, 0.3);  // one episode says little
  EXPECT_EQ(share_interval({}).low, 0.0);
  EXPECT_EQ(share_interval({}).high, 1.0);
}

TEST(ShareInterval, FewEpisodesWidenIt) {
  const std::vector<EpisodeShare> four{{10, 50}, {15, 50}, {5, 50}, {10, 50}};
  std::vector<EpisodeShare> forty;
  for (int i = 0; i < 10; ++i) forty.insert(forty.end(), four.begin(), four.end());
  const Interval wide = share_interval(four), narrow = share_interval(forty);
  EXPECT_GT(wide.high - wide.low, 3 * (narrow.high - narrow.low));
  // Variance between four episodes 4/3 * (25 + 25) / 200^2, n_eff = 0.16 / that / (t_3 / z)^2 = 36.
  EXPECT_NEAR(wide.low, 0.100, 5e-3);
  EXPECT_NEAR(wide.high, 0.359, 5e-3);
}

TEST(RatioInterval, IsStudentsForMeans) {
  // Mean 12, standard error sqrt(40 / 4 / 5) = sqrt(2), t_4 = 2.776.
  const std::vector<EpisodeShare> values{{10, 1}, {14, 1}, {8, 1}, {16, 1}, {12, 1}};
  EXPECT_NEAR(ratio_interval(values).low, 12 - 2.776 * std::sqrt(2.0), 5e-3);
  EXPECT_NEAR(ratio_interval(values).high, 12 + 2.776 * std::sqrt(2.0), 5e-3);
  EXPECT_TRUE(std::isnan(ratio_interval(std::vector<EpisodeShare>{{10, 1}}).low));
}

TEST(QuantileInterval, IsAPairOfRanks) {
  std::vector<double> samples(100);
  std::iota(samples.begin(), samples.end(), 1.0);
  // 50 +- 1.96 * 5: ranks 40 and 61.
  EXPECT_EQ(quantile_interval(samples, 0.5).low, 40.0);
  EXPECT_EQ(quantile_interval(samples, 0.5).high, 61.0);
  EXPECT_EQ(quantile_interval(samples, 0.99).low, 97.0);
  EXPECT_TRUE(std::isnan(quantile_interval(samples, 0.99).high));
  EXPECT_TRUE(std::isnan(quantile_interval({}, 0.5).low));
}

}  // namespace
}  // namespace awd
