// Percentiles of numbers that can be checked by eye.
#include "cli/bench/stage_times.h"

#include <gtest/gtest.h>

#include <numeric>

namespace awd::cli {
namespace {

TEST(StageTimes, Percentiles) {
  std::vector<double> samples(101);
  std::iota(samples.rbegin(), samples.rend(), 0.0);  // 100 .. 0
  const StageTimes times = summarise_times(samples);
  EXPECT_DOUBLE_EQ(times.p50, 50);
  EXPECT_DOUBLE_EQ(times.p95, 95);
  EXPECT_DOUBLE_EQ(times.p99, 99);
  EXPECT_DOUBLE_EQ(times.mean, 50);
  EXPECT_DOUBLE_EQ(times.min, 0);
  EXPECT_EQ(times.n, 101);
}

TEST(StageTimes, OneSampleIsEveryPercentile) {
  const StageTimes times = summarise_times({3.5});
  EXPECT_DOUBLE_EQ(times.p50, 3.5);
  EXPECT_DOUBLE_EQ(times.p99, 3.5);
}

TEST(StageTimes, NoSamplesAreZero) {
  const StageTimes times = summarise_times({});
  EXPECT_EQ(times.n, 0);
  EXPECT_EQ(times.p50, 0);
}

}  // namespace
}  // namespace awd::cli
