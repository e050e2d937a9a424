// `awd drift` from options to report and output folder.
#pragma once

#include <string>

#include "analysis/drift/drift_report.h"
#include "awd/engine.h"
#include "cli/drift/drift_options.h"
#include "cli/recorded_input.h"

namespace awd::cli {

inline constexpr const char* kDriftFile = "drift.json";

struct DriftResult {
  std::string folder;
  DriftReport report;
};

/// Walks the recording and writes drift.json, drift.csv and figures/ (and closed_loop/, where asked for). Nothing stays
/// behind after a throw: awd::Error on bad input, Interrupted after Ctrl-C.
DriftResult run_drift(const InputOptions& input, const DriftOptions& options, const EngineOptions& engine);

}  // namespace awd::cli
