// Joins run directories of the same policy into one, as if one evaluation had run all of their episodes.
#pragma once

#include <string>
#include <vector>

#include "cli/evaluation.h"

namespace awd::cli {

/// Reads the run directories `runs` and writes `out`, new or empty. Scenarios, arms and tasks come in the order in
/// which they first appear, trials in the order of their seeds. steps.jsonl is written if every run has one. Throws
/// awd::Error on runs of another policy or of other options, on an arm or scenario name that stands for different
/// options, and on an episode that two runs share.
Evaluation merge_runs(const std::vector<std::string>& runs, const std::string& out);

}  // namespace awd::cli
