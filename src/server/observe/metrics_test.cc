// The exposition text after steps and events made by hand.
#include "server/observe/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "server/observe/test_step.h"

namespace awd::server {
namespace {

using testing::HasSubstr;

TEST(MetricsTest, CountsStepsAndEvents) {
  Metrics metrics("small", "none");
  metrics.on_step(kQuery.view(1, true));
  metrics.on_step(kReused.view(1, false));
  metrics.opened(1, "peer");
  metrics.failed(1, "what");
  metrics.answered({.client = 1, .wait_ms = 1, .total_ms = 4});
  metrics.waiting(3);
  metrics.set_recorded(10, 2);
  const std::string text = metrics.text();
  for (const char* line : {"awd_steps_total{reason=\"first_step\",verdict=\"recompute\"} 1", "awd_reuse_rate 0.5",
                           "awd_clients 1", "awd_errors_total 1", "awd_waiting_requests 3",
                           "awd_request_seconds_bucket{le=\"0.005\"} 1", "awd_request_seconds_bucket{le=\"0.0025\"} 0",
                           "awd_record_dropped_frames 2", "# TYPE awd_policy_seconds histogram"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

}  // namespace
}  // namespace awd::server
