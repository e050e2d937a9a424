// Where the policies of an evaluation come from: a checkpoint, or a policy server.
#pragma once

#include <memory>

#include "awd/engine.h"
#include "cli/plan_file.h"
#include "runtime/arm.h"

namespace awd::cli {

class PolicySource {
 public:
  virtual ~PolicySource() = default;
  virtual const EngineInfo& info() const = 0;
  /// A policy that runs `arm`, with a session of its own. Throws awd::Error where the arm does not fit.
  virtual std::unique_ptr<Policy> make(const Arm& arm) const = 0;
};

/// Loads the checkpoint in `policy.folder`, or asks the server if that is an address (ws://, wss://; the API key is the
/// variable AWD_API_KEY). Throws awd::Error where there is neither.
std::unique_ptr<PolicySource> open_policy(const PlannedPolicy& policy);

}  // namespace awd::cli
