// Query rates of random truncation by hand, and their inverse.
#include "analysis/signals/matched_random.h"

#include <gtest/gtest.h>

namespace awd {
namespace {

TEST(MatchedRandom, RatesByHand) {
  EXPECT_DOUBLE_EQ(random_query_rate(1, {.steps = 7, .longest = 20}), 1.0);
  EXPECT_DOUBLE_EQ(random_query_rate(0, {.steps = 40, .longest = 20}), 2.0 / 40);
  // Steps 1 and 2: 1/2 each; step 3 too, and it is due where neither of the two was a query.
  EXPECT_DOUBLE_EQ(random_query_rate(0.5, {.steps = 4, .longest = 3}), (1 + 0.5 + 0.5 + 0.25 + 0.5 * 0.75) / 4);
  // Without a horizon: the first step and a share p of all others.
  EXPECT_NEAR(random_query_rate(0.2, {.steps = 101, .longest = 1000}), (1 + 100 * 0.2) / 101, 1e-12);
}

TEST(MatchedRandom, ProbabilityMeetsTheRate) {
  for (const double p : {0.03, 0.2, 0.7}) {
    MatchTarget target{.steps = 60, .longest = 20};
    target.full_queries_per_step = random_query_rate(p, target);
    EXPECT_NEAR(matched_probability(target), p, 1e-6);
  }
}

TEST(MatchedRandom, RatesOutOfReachGiveTheEnds) {
  EXPECT_EQ(matched_probability({.full_queries_per_step = 0.01, .steps = 60, .longest = 20}), 0.0);
  EXPECT_EQ(matched_probability({.full_queries_per_step = 1, .steps = 60, .longest = 20}), 1.0);
}

}  // namespace
}  // namespace awd
