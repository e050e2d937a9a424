// What a machine can do at best, measured: the yardstick of "percent of ceiling".
#pragma once

#include <cstddef>
#include <string>

namespace awd {

/// Products of one type, in 10^9 operations per second (a multiply and an add are two), all threads together, with
/// operands in registers; `unit` says which instructions were timed.
struct PeakRate {
  double giga_ops_per_s = 0;
  std::string unit{};
};

struct Ceilings {
  double read_gb_per_s = 0;        // 10^9 bytes per second out of memory, best of several passes
  std::size_t read_bytes = 0;      // the buffer they were read from
  PeakRate f32{}, bf16{}, int8{};  // bf16 and int8 are f32's where the machine has no faster unit
};

/// Measures the processor for one to two seconds on `threads` threads, with a buffer of about `read_bytes` bytes (at
/// least a huge page), which should be far beyond the caches.
Ceilings measure_cpu_ceilings(int threads, std::size_t read_bytes);

}  // namespace awd
