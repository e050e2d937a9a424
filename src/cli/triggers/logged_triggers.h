// Triggers as the arms of a run directory logged them: nothing is played again.
#pragma once

#include <filesystem>

#include "analysis/triggers/trigger_tally.h"
#include "cli/recorded_input.h"

namespace awd::cli {

/// Whether `path` is a run directory, finished or not.
bool is_run_directory(const std::filesystem::path& path);

/// Adds every episode that the filters of `input` leave (arm, tasks, episodes) to `tally`, one in memory at a time.
/// Throws awd::Error on a run that is not finished, on broken logs, on logs without steps or episodes, on a filter that
/// names what the run has not, and Interrupted after Ctrl-C.
void add_logged_triggers(const InputOptions& input, TriggerTally& tally);

}  // namespace awd::cli
