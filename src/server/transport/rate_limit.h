// Spaces the requests of one client: how long the next one has to wait. Pure.
#pragma once

#include <algorithm>
#include <chrono>

namespace awd::server {

class RateLimit {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// `rate_hz` 0: never waits.
  explicit RateLimit(double rate_hz)
      : spacing_(rate_hz > 0 ? std::chrono::duration_cast<Time::duration>(std::chrono::duration<double>(1 / rate_hz))
                             : Time::duration::zero()) {}

  /// When a request that arrives `now` may start; call once per request.
  Time start_of(Time now) {
    const Time start = std::max(now, free_);
    free_ = start + spacing_;
    return start;
  }

 private:
  Time::duration spacing_;
  Time free_{};
};

}  // namespace awd::server
