// What `awd inspect` finds in a policy folder.
#pragma once

#include <string>
#include <vector>

#include "awd/engine_options.h"
#include "engine/checkpoint/policy_folder.h"

namespace awd::cli {

struct Inspection {
  PolicyFolder folder;
  EngineOptions options;
  bool values_checked = false;
  std::vector<std::string> bad_tensors;  // with NaN or infinity; only if values_checked

  bool would_run() const { return folder.problems.empty() && bad_tensors.empty(); }
  /// What matrices would be multiplied in on this machine.
  EngineDtype dtype() const;
};

/// Reads configurations and headers; with `check_values` also every value that inference reads. Throws nothing for a
/// folder that is wrong.
Inspection inspect(const std::string& folder, const EngineOptions& options, bool check_values);

/// The table for people.
std::string inspection_text(const Inspection& inspection);
/// The same for programs.
std::string inspection_json(const Inspection& inspection);

}  // namespace awd::cli
