// The machine as JSON, for manifests and result files.
#pragma once

#include <nlohmann/json.hpp>

#include "io/machine_info.h"

namespace awd::cli {

/// {"cpu", "cores", "memory_bytes", "os", "kernel"}
inline nlohmann::ordered_json machine_json() {
  const MachineInfo machine = machine_info();
  return {{"cpu", machine.cpu},
          {"cores", machine.cores},
          {"memory_bytes", machine.memory_bytes},
          {"os", machine.os},
          {"kernel", machine.kernel}};
}

}  // namespace awd::cli
