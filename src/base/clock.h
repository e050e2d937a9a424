// Stopwatch for latencies. Only runtime, bench and the evaluation drivers measure time; gate and engine maths never do.
#pragma once

#include <chrono>

namespace awd {

/// Monotonic milliseconds since construction or the last restart().
class Stopwatch {
 public:
  Stopwatch() : start_(std::chrono::steady_clock::now()) {}
  double ms() const {
    return std::chrono::duration<double, std::milli>(std::chrono::steady_clock::now() - start_).count();
  }
  /// Milliseconds so far, then starts again from zero.
  double lap_ms() {
    const double elapsed = ms();
    start_ = std::chrono::steady_clock::now();
    return elapsed;
  }

 private:
  std::chrono::steady_clock::time_point start_;
};

}  // namespace awd
