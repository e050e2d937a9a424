// What the arms of a run directory did themselves, to be compared with what thresholds would do on their frames.
#pragma once

#include <filesystem>
#include <vector>

#include "analysis/drift/drift_report.h"
#include "io/recording.h"

namespace awd::cli {

/// Per arm, in order of appearance, the logged reuse of those episodes of the run directory `run` that are among
/// `episodes`; none where `run` is no run directory. `open_loop` of the result is left empty.
std::vector<LoggedRate> logged_rates(const std::filesystem::path& run, const std::vector<RecordedEpisode>& episodes);

}  // namespace awd::cli
