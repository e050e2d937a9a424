// Recommended thresholds put to the test: the same gate drives the robot in simulated episodes.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "analysis/drift/drift_report.h"
#include "awd/engine.h"
#include "cli/drift/drift_options.h"
#include "io/recording.h"

namespace awd::cli {

/// The names of our tasks among those of the recording, in order of appearance.
std::vector<std::string> known_tasks(const std::vector<RecordedEpisode>& episodes);

/// Throws awd::Error where episodes cannot be run: no policy, no task, an unknown scenario.
void expect_closed_loop(const DriftOptions& options, const std::string& policy, const std::vector<std::string>& tasks);

/// Runs DriftOptions::closed_loop episodes per task, pair and mode (restart, aligned) into `out`, a run directory, and
/// adds the rates to `pairs`. `policy`: folder of the policy; `horizon`: longest reuse of mode aligned. Throws
/// awd::Error without tasks or policy, and what run_evaluation() throws. Returns what was measured, in words.
std::string measure_closed_loop(const DriftOptions& options, const EngineOptions& engine, const std::string& policy,
                                int horizon, const std::vector<std::string>& tasks, const std::filesystem::path& out,
                                std::vector<ThresholdPair>& pairs);

}  // namespace awd::cli
