// Ticks are round, cover the range, and are written with the decimals they need.
#include "analysis/figures/axes.h"

#include <gtest/gtest.h>

namespace awd {
namespace {

TEST(Axes, RoundSteps) {
  EXPECT_DOUBLE_EQ(round_step(1, 5), 0.2);
  EXPECT_DOUBLE_EQ(round_step(0.23, 5), 0.05);
  EXPECT_DOUBLE_EQ(round_step(93, 5), 20);
  EXPECT_DOUBLE_EQ(round_step(7, 1), 10);
}

TEST(Axes, TicksLieInTheRange) {
  const std::vector<double> ticks = ticks_of(0, 0.6, 0.2);
  ASSERT_EQ(ticks.size(), 4u);
  EXPECT_NEAR(ticks.back(), 0.6, 1e-12);
  EXPECT_EQ(ticks_of(0.1, 0.3, 0.2).size(), 1u);
}

TEST(Axes, TickTexts) {
  EXPECT_EQ(tick_text(0.6, 0.2), "0.6");
  EXPECT_EQ(tick_text(0.05, 0.05), "0.05");
  EXPECT_EQ(tick_text(40, 20), "40");
}

TEST(Axes, ScaleGoesUpwards) {
  const Scale y{.low = 0, .high = 2, .first = 100, .last = 0};
  EXPECT_DOUBLE_EQ(y.at(0), 100);
  EXPECT_DOUBLE_EQ(y.at(0.5), 75);
}

}  // namespace
}  // namespace awd
