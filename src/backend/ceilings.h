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
  PeakRate fp8{};                  // of a CUDA device; bf16's where it has no faster unit
};

/// Measures a CUDA device for about a second by its own operations on large operands: products of 8192 x 8192 x 8192
/// (`int8` has the bf16 rate), for fp8 gated MLPs of 8192 rows with the norm before them, and a copy of 2 GB, whose
/// bytes are counted read and written.
Ceilings measure_cuda_ceilings();

/// Measures the processor for one to two seconds on `threads` threads, with a buffer of about `read_bytes` bytes (at
/// least a huge page), which should be far beyond the caches.
Ceilings measure_cpu_ceilings(int threads, std::size_t read_bytes);

/// The first GPU.
struct GpuUse {
  std::string name;
  std::size_t memory_in_use = 0;  // bytes, of all programs
};

/// Throws awd::Error where there is none, or in a build without CUDA.
GpuUse cuda_use();

}  // namespace awd
