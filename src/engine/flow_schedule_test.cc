// Times and time features against published and hand-computed values.
#include "engine/flow_schedule.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

namespace awd {
namespace {

TEST(FlowSchedule, TimesAreAccumulatedInSinglePrecision) {
  // The published sampler's values for ten steps; 1 - k / 10 would give others from the fourth on.
  const std::vector<float> expected = {1.f,          0.899999976f, 0.799999952f, 0.699999928f, 0.599999905f,
                                       0.499999911f, 0.399999917f, 0.299999923f, 0.199999928f, 0.099999927f};
  EXPECT_EQ(flow_times(10), expected);
  EXPECT_EQ(flow_times(1), std::vector<float>{1.f});
}

TEST(FlowSchedule, EmbeddingIsSinesThenCosines) {
  const std::vector<float> e = time_embedding(0.001f, 4);
  ASSERT_EQ(e.size(), 4u);
  const double turn = 2.0 * std::numbers::pi * double(0.001f);
  EXPECT_NEAR(e[0], std::sin(turn / 4e-3), 1e-6);
  EXPECT_NEAR(e[1], std::sin(turn / 4.0), 1e-6);
  EXPECT_NEAR(e[2], std::cos(turn / 4e-3), 1e-6);
  EXPECT_NEAR(e[3], std::cos(turn / 4.0), 1e-6);
  EXPECT_EQ(time_embedding(1.f, 2).size(), 2u);
}

}  // namespace
}  // namespace awd
