// The machine that produced a result, for manifests.
#pragma once

#include <cstdint>
#include <string>

namespace awd {

struct MachineInfo {
  std::string cpu;                 // model name; "unknown" where /proc does not tell
  int cores = 1;                   // that this process may use
  std::uint64_t memory_bytes = 0;  // physical
  std::string os;                  // name and version of the distribution
  std::string kernel;
};

/// Asks the operating system; never fails. Thread-safe.
MachineInfo machine_info();

}  // namespace awd
