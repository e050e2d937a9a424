// Tails and bounds by hand numbers; what each correction lets through.
#include "analysis/signals/risk_control.h"

#include <gtest/gtest.h>

#include <cmath>

namespace awd {
namespace {

TEST(RiskControl, BinomialTails) {
  EXPECT_DOUBLE_EQ(binomial_cdf(0, 10, 0.5), 1.0 / 1024);
  EXPECT_NEAR(binomial_cdf(1, 10, 0.5), 11.0 / 1024, 1e-15);
  EXPECT_EQ(binomial_cdf(10, 10, 0.5), 1.0);
  EXPECT_EQ(binomial_cdf(-1, 10, 0.5), 0.0);
  EXPECT_NEAR(exact_risk_p({0, 59}, 0.05), std::pow(0.95, 59), 1e-12);  // the well-known 59 for 95/95: below 0.05
  EXPECT_LT(exact_risk_p({0, 59}, 0.05), 0.05);
  EXPECT_GT(exact_risk_p({0, 58}, 0.05), 0.05);
  EXPECT_EQ(exact_risk_p({0, 0}, 0.05), 1.0);
}

TEST(RiskControl, HoeffdingBentkusByHand) {
  // No loss at all: exp(-n log(1/(1-limit))) = (1-limit)^n, smaller than e times the same tail.
  EXPECT_NEAR(hoeffding_bentkus_p({0, 100}, 0.05), std::pow(0.95, 100), 1e-12);
  // 2 of 200 at 5 %: KL(0.01, 0.05) = 0.01 log 0.2 + 0.99 log(0.99 / 0.95).
  const double kl = 0.01 * std::log(0.2) + 0.99 * std::log(0.99 / 0.95);
  const double bentkus = std::exp(1.0) * binomial_cdf(2, 200, 0.05);
  EXPECT_NEAR(hoeffding_bentkus_p({2, 200}, 0.05), std::min(std::exp(-200 * kl), bentkus), 1e-12);
  EXPECT_EQ(hoeffding_bentkus_p({20, 100}, 0.05), 1.0);  // more loss than the limit
}

TEST(RiskControl, UpperBoundInvertsTheTail) {
  EXPECT_NEAR(risk_upper_bound({0, 59}, 0.95), 1 - std::pow(0.05, 1.0 / 59), 1e-9);
  const double bound = risk_upper_bound({3, 200}, 0.9);
  EXPECT_NEAR(binomial_cdf(3, 200, bound), 0.1, 1e-9);
  EXPECT_EQ(risk_upper_bound({5, 5}, 0.9), 1.0);
}

TEST(RiskControl, BonferroniDividesTheError) {
  const RiskCount counts[] = {{0, 60}, {0, 40}, {9, 60}};
  const auto tested = learn_then_test(counts, {.limit = 0.05, .error = 0.15});
  EXPECT_NEAR(tested[0].p, std::pow(0.95, 60), 1e-12);  // 0.046 <= 0.15 / 3
  EXPECT_TRUE(tested[0].is_safe);
  EXPECT_FALSE(tested[1].is_safe);  // 0.129
  EXPECT_FALSE(tested[2].is_safe);
}

TEST(RiskControl, FixedSequenceStopsAtTheFirstFailure) {
  const RiskCount counts[] = {{0, 60}, {0, 45}, {9, 60}, {0, 90}};
  const auto tested = learn_then_test(counts, {.limit = 0.05, .error = 0.1, .correction = Correction::kFixedSequence});
  EXPECT_TRUE(tested[0].is_safe);
  EXPECT_TRUE(tested[1].is_safe);  // 0.0994: no division of the error
  EXPECT_FALSE(tested[2].is_safe);
  EXPECT_FALSE(tested[3].is_safe);  // would pass alone, but comes after a failure
}

TEST(RiskControl, ConformalRank) {
  std::vector<double> maxima;
  for (int i = 19; i >= 1; --i) maxima.push_back(i);
  EXPECT_EQ(conformal_threshold(maxima, 0.05), 19.0);  // ceil(20 x 0.95) = 19
  EXPECT_EQ(conformal_threshold(maxima, 0.5), 10.0);
  maxima.pop_back();
  EXPECT_FALSE(conformal_threshold(maxima, 0.05).has_value());  // 18 episodes are too few
  EXPECT_FALSE(conformal_threshold({}, 0.5).has_value());
}

}  // namespace
}  // namespace awd
