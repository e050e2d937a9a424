// Intervals and tests against published or hand-worked numbers.
#include "analysis/stats.h"

#include <gtest/gtest.h>

#include <cmath>

namespace awd {
namespace {

TEST(Wilson, KnownIntervals) {
  EXPECT_EQ(wilson_interval(0, 9).low, 0.0);
  EXPECT_NEAR(wilson_interval(0, 9).high, 0.2991, 5e-5);
  EXPECT_NEAR(wilson_interval(8, 9).low, 0.565, 5e-4);
  EXPECT_NEAR(wilson_interval(8, 9).high, 0.980, 5e-4);
  EXPECT_NEAR(wilson_interval(96, 96).low, 0.9615, 5e-5);
  EXPECT_EQ(wilson_interval(96, 96).high, 1.0);
  EXPECT_EQ(wilson_interval(0, 0).low, 0.0);
  EXPECT_EQ(wilson_interval(0, 0).high, 1.0);
}

TEST(McNemar, IsTheBinomialTestOfTheDiscordantPairs) {
  // 2 * (1 + 5) / 2^5; concordant pairs do not matter.
  EXPECT_NEAR(mcnemar_exact_p({.both = 90, .only_a = 1, .only_b = 4, .neither = 5}), 0.375, 1e-12);
  EXPECT_NEAR(mcnemar_exact_p({.only_a = 0, .only_b = 10}), 2.0 / 1024, 1e-12);
  EXPECT_EQ(mcnemar_exact_p({.both = 3, .neither = 2}), 1.0);
  EXPECT_EQ(mcnemar_exact_p({.only_a = 3, .only_b = 3}), 1.0);
  EXPECT_TRUE(std::isfinite(mcnemar_exact_p({.only_a = 5000, .only_b = 5200})));
}

TEST(PairedDifference, NewcombesMethod10) {
  // Cells 20, 12, 2, 16; the ends were worked out from the formula apart from this code.
  const PairedCounts counts{.both = 20, .only_a = 12, .only_b = 2, .neither = 16};
  EXPECT_NEAR(paired_difference(counts), 0.2, 1e-12);
  EXPECT_NEAR(paired_difference_interval(counts).low, 0.0562, 5e-5);
  EXPECT_NEAR(paired_difference_interval(counts).high, 0.3292, 5e-5);
}

TEST(PairedDifference, SwappingArmsMirrorsTheInterval) {
  const Interval one = paired_difference_interval({.both = 70, .only_a = 12, .only_b = 5, .neither = 9});
  const Interval other = paired_difference_interval({.both = 70, .only_a = 5, .only_b = 12, .neither = 9});
  EXPECT_NEAR(one.low, -other.high, 1e-12);
  EXPECT_NEAR(one.high, -other.low, 1e-12);
}

TEST(PairedDifference, ExtremesStayInRange) {
  const Interval all = paired_difference_interval({.only_a = 15});
  EXPECT_GT(all.low, 0.5);
  EXPECT_EQ(all.high, 1.0);
  // Two perfect arms: nothing is known beyond the Wilson width of one arm.
  const Interval same = paired_difference_interval({.both = 96});
  EXPECT_NEAR(same.low, 0.9615 - 1, 5e-5);
  EXPECT_NEAR(same.high, 1 - 0.9615, 5e-5);
  EXPECT_EQ(paired_difference_interval({}).low, -1.0);
  EXPECT_EQ(paired_difference({}), 0.0);
}

TEST(Quantile, InterpolatesLinearly) {
  EXPECT_EQ(quantile({3, 1, 2}, 0.5), 2.0);
  EXPECT_EQ(quantile({4, 1, 2, 3}, 0.5), 2.5);
  EXPECT_EQ(quantile({4, 1, 2, 3}, 0.0), 1.0);
  EXPECT_EQ(quantile({4, 1, 2, 3}, 1.0), 4.0);
  EXPECT_EQ(quantile({7}, 0.99), 7.0);
  EXPECT_TRUE(std::isnan(quantile({}, 0.5)));
}

}  // namespace
}  // namespace awd
