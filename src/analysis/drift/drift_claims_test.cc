// Rank correlation and effective weight by hand.
#include "analysis/drift/drift_claims.h"

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

namespace awd {
namespace {

constexpr BootstrapOptions kFew{.resamples = 100};

TEST(RankCorrelation, OnlyOrderMatters) {
  const RankCorrelation up = rank_correlation(std::vector<RankPair>{{1, 1, 0}, {2, 10, 0}, {3, 1000, 1}}, kFew);
  EXPECT_DOUBLE_EQ(up.rho, 1);
  const RankCorrelation down = rank_correlation(std::vector<RankPair>{{1, 9, 0}, {2, 8, 0}, {3, 1, 1}}, kFew);
  EXPECT_DOUBLE_EQ(down.rho, -1);
}

TEST(RankCorrelation, TiesShareTheirRank) {
  // Ranks 1.5, 1.5, 3, 4 against 1, 2, 3, 4: deviations -1, -1, 0.5, 1.5 and -1.5, -0.5, 0.5, 1.5; 4.5 / sqrt(4.5 * 5).
  const RankCorrelation c = rank_correlation(std::vector<RankPair>{{5, 1, 0}, {5, 2, 0}, {6, 3, 0}, {7, 4, 0}}, kFew);
  EXPECT_NEAR(c.rho, 4.5 / std::sqrt(4.5 * 5.0), 1e-12);
}

TEST(RankCorrelation, UndefinedIsNaN) {
  EXPECT_TRUE(std::isnan(rank_correlation(std::vector<RankPair>{{1, 1, 0}, {2, 2, 0}}, kFew).rho));
  EXPECT_TRUE(std::isnan(rank_correlation(std::vector<RankPair>{{1, 1, 0}, {1, 2, 0}, {1, 3, 0}}, kFew).rho));
}

DriftRow row(int episode, bool is_key, float raw, float weighted) {
  DriftRow r{.episode = episode, .phase = {}, .is_key = is_key};
  FrameDrift& drift = r.drift[std::size_t(DriftConvention::kAnchor)];
  drift.raw = raw;
  drift.weighted = weighted;
  drift.raw_per_camera[0] = raw;
  drift.weighted_per_camera[0] = weighted;
  drift.mean_weight[0] = 0.01f;
  return r;
}

TEST(DriftClaims, EffectiveWeightOfKeyAndSteadyFrames) {
  // Steady: 0.1 of 20, where mean weights would give 0.2. Key: 0.6 of 20.
  const std::vector<DriftRow> rows{row(0, false, 10, 0.05f), row(0, true, 20, 0.6f), row(1, false, 10, 0.05f),
                                   row(1, false, kNoDrift, kNoDrift)};
  const ConventionClaims in = claims_of(rows, {"wrist"}, kFew).in[std::size_t(DriftConvention::kAnchor)];
  ASSERT_EQ(in.cameras.size(), 1u);
  EXPECT_EQ(in.cameras[0].steady.frames, 2);
  EXPECT_NEAR(in.cameras[0].steady.weight, 0.005, 1e-8);
  EXPECT_NEAR(in.cameras[0].steady.against_mean, 0.5, 1e-6);
  EXPECT_NEAR(in.cameras[0].steady.against_mean_ci95.high, 0.5, 1e-6);
  EXPECT_NEAR(in.cameras[0].key.against_mean, 3, 1e-6);
  EXPECT_NEAR(in.cameras[0].all.weight, 0.7 / 40, 1e-8);
  EXPECT_DOUBLE_EQ(in.weighted_minus_raw.difference, 0);  // both order every pair right
}

}  // namespace
}  // namespace awd
