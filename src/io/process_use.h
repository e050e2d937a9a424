// What this process uses: memory, and time since it was started.
#pragma once

#include <cstdint>

namespace awd {

/// Resident memory as the kernel counts it, bytes; 0 where it does not tell.
struct MemoryUse {
  std::uint64_t peak = 0;       // the most there has been: anonymous, mapped files and shared
  std::uint64_t anonymous = 0;  // now: allocations
  std::uint64_t file = 0;       // now: pages of mapped files
};

/// Asks the operating system; never fails. Thread-safe.
MemoryUse memory_use();

/// Milliseconds since the process was started, in steps of 10; 0 where the system does not tell. Thread-safe.
double process_age_ms();

}  // namespace awd
