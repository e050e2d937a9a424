// Latencies of one stage: samples in, percentiles out.
#pragma once

#include <cstdint>
#include <vector>

namespace awd::cli {

/// Milliseconds; all 0 without samples. Percentiles are interpolated between order statistics.
struct StageTimes {
  double p50 = 0, p95 = 0, p99 = 0, mean = 0, min = 0;
  std::int64_t n = 0;
};

StageTimes summarise_times(const std::vector<double>& samples_ms);

}  // namespace awd::cli
