// Percentiles of a stage.
#include "cli/bench/stage_times.h"

#include <algorithm>
#include <numeric>

#include "analysis/stats.h"

namespace awd::cli {

StageTimes summarise_times(const std::vector<double>& samples_ms) {
  if (samples_ms.empty()) return {};
  return {.p50 = quantile(samples_ms, 0.5),
          .p95 = quantile(samples_ms, 0.95),
          .p99 = quantile(samples_ms, 0.99),
          .mean = std::accumulate(samples_ms.begin(), samples_ms.end(), 0.0) / double(samples_ms.size()),
          .min = *std::ranges::min_element(samples_ms),
          .n = std::int64_t(samples_ms.size())};
}

}  // namespace awd::cli
