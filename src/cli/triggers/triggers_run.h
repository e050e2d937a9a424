// `awd triggers` from options to report and output folder.
#pragma once

#include <string>

#include "analysis/triggers/trigger_report.h"
#include "awd/engine.h"
#include "cli/recorded_input.h"
#include "cli/triggers/triggers_options.h"

namespace awd::cli {

inline constexpr const char* kTriggersFile = "triggers.json";

struct TriggersResult {
  std::string folder;
  TriggerReport report;
};

/// Counts the triggers of the input and writes triggers.json and figures/. Nothing stays behind after a throw:
/// awd::Error on bad input, Interrupted after Ctrl-C.
TriggersResult run_triggers(const InputOptions& input, const TriggersOptions& options, const EngineOptions& engine);

}  // namespace awd::cli
