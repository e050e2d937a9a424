// Everything a report shows, read from a run directory in one pass: summaries, reasons, and the episodes of the player.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "analysis/report/reason_profile.h"
#include "analysis/report/run_manifest_reader.h"
#include "analysis/summary.h"

namespace awd::report {

struct RunReport {
  std::string name;  // of the run directory
  RunManifest manifest;
  bool has_steps = false;
  std::int64_t episodes = 0;
  std::int64_t steps = 0;
  std::vector<ArmSummary> arms{};         // one per arm in a scenario, in order
  std::vector<ReasonProfile> profiles{};  // of the same rows
  std::vector<std::string> tasks{};       // in order of appearance
  Json played = Json::array();            // episodes for the player (episode_columns.h)
};

struct ReadOptions {
  std::string format;      // that run.json must have
  int played_trials = 20;  // most episodes per scenario, arm and task in `played`; 0 is all
};

/// Reads and checks a run directory; without steps.jsonl there is no player and no timeline. Throws awd::Error naming
/// file, key, expected and got for anything missing, truncated or contradictory.
RunReport read_run_report(const std::filesystem::path& folder, const ReadOptions& options);

}  // namespace awd::report
