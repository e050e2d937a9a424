// Ratios over episodes: the value by hand, intervals that follow the spread between episodes, unknown ones.
#include "analysis/episode_ratio.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace awd {
namespace {

TEST(EpisodeRatio, SumsBeforeItDivides) {
  const std::vector<RatioPart> parts{{1, 2}, {5, 8}, {0, 0}};
  const RatioEstimate estimate = estimate_ratio(parts, {});
  EXPECT_DOUBLE_EQ(estimate.value, 0.6);  // not the mean of 1/2 and 5/8
  EXPECT_EQ(estimate.episodes, 2);
  EXPECT_GE(estimate.ci95.low, 0.5);
  EXPECT_LE(estimate.ci95.high, 0.625);
}

TEST(EpisodeRatio, EqualEpisodesLeaveNoDoubt) {
  const RatioEstimate estimate = estimate_ratio(std::vector<RatioPart>(5, {3, 4}), {});
  EXPECT_DOUBLE_EQ(estimate.ci95.low, 0.75);
  EXPECT_DOUBLE_EQ(estimate.ci95.high, 0.75);
  EXPECT_TRUE(estimate.is_above(0.7));
  EXPECT_FALSE(estimate.is_above(0.75));
  EXPECT_TRUE(estimate.is_below(0.8));
}

TEST(EpisodeRatio, SpreadBetweenEpisodesWidensTheInterval) {
  std::vector<RatioPart> parts;
  parts.reserve(40);
  for (int i = 0; i < 40; ++i) parts.push_back({i % 2 == 0 ? 0.0 : 1.0, 1.0});
  const RatioEstimate estimate = estimate_ratio(parts, {});
  EXPECT_DOUBLE_EQ(estimate.value, 0.5);
  // The binomial interval of 40 coins is 0.345 .. 0.655.
  EXPECT_NEAR(estimate.ci95.low, 0.345, 0.03);
  EXPECT_NEAR(estimate.ci95.high, 0.655, 0.03);
  EXPECT_EQ(estimate_ratio(parts, {}).ci95.low, estimate.ci95.low) << "the same seed gives the same bits";
}

TEST(EpisodeRatio, OneEpisodeHasNoIntervalAndNoneNoValue) {
  const RatioEstimate one = estimate_ratio(std::vector<RatioPart>{{1, 4}}, {});
  EXPECT_DOUBLE_EQ(one.value, 0.25);
  EXPECT_TRUE(std::isnan(one.ci95.low));
  EXPECT_FALSE(one.is_above(0));
  EXPECT_TRUE(std::isnan(estimate_ratio({}, {}).value));
}

}  // namespace
}  // namespace awd
