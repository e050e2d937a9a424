// A whole evaluation from options to run directory: plan, worker processes, merge, summaries.
#pragma once

#include <string>
#include <vector>

#include "analysis/summary.h"
#include "awd/engine.h"
#include "cli/eval_options.h"

namespace awd::cli {

/// A finished evaluation.
struct Evaluation {
  std::string folder;            // the run directory
  std::vector<ArmSummary> arms;  // one per scenario and arm
  std::string results;           // text of results.json
};

/// Runs all episodes and writes the run directory (docs/formats.md). After a failure or Ctrl-C, what is finished stays
/// in the run directory for --resume. Throws awd::Error on bad input, Interrupted, or std::runtime_error when a worker
/// process fails.
Evaluation run_evaluation(const EvalOptions& options, const EngineOptions& engine);

/// Writes results.json and the figures of `arms` into a run directory; returns the text of results.json.
std::string write_results(const std::filesystem::path& run, const std::vector<ArmSummary>& arms);

/// Prints table and place; `json` is the option --json: a file that gets `results`, or "-" for standard output.
void print_evaluation(const Evaluation& evaluation, const std::string& json);

}  // namespace awd::cli
