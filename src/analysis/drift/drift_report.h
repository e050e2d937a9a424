// Everything `awd drift` found out, and its two forms: JSON for scripts, tables and sentences for people.
#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "analysis/drift/drift_claims.h"
#include "analysis/drift/drift_summary.h"
#include "analysis/made_by.h"
#include "analysis/stats.h"
#include "awd/gate_scores.h"

namespace awd {

/// How often a gate with one pair of thresholds reuses on the recorded frames.
struct OpenLoopRate {
  int horizon = 0;  // age at which an anchor is due; 0: no limit
  std::int64_t episodes = 0;
  std::int64_t steps = 0;
  std::int64_t full_queries = 0;
  std::array<std::int64_t, kReasonCount> reasons{};  // steps per Reason

  /// Share of the steps after each episode's first that make no query; NaN without any.
  double reuse_rate() const {
    const double later = double(steps - episodes);
    return later > 0 ? double(steps - full_queries) / later : std::nan("");
  }
  double full_queries_per_step() const { return steps > 0 ? double(full_queries) / double(steps) : std::nan(""); }
};

/// The same in closed loop: measured episodes of one reuse mode.
struct ClosedLoopRate {
  std::string mode;
  int horizon = 0;  // longest reuse of the mode; 0: no limit
  std::int64_t episodes = 0;
  std::int64_t successes = 0;
  Interval success_ci95{};
  double reuse_rate = 0;
  double full_queries_per_step = 0;
};

/// One pair of thresholds for gate `awd`.
struct ThresholdPair {
  std::string source;  // "frame_to_frame", "anchor" (percentiles of this recording), "study" (its published pair)
  double state = 0;
  double drift = 0;
  std::vector<OpenLoopRate> open_loop{};
  std::vector<ClosedLoopRate> closed_loop{};  // empty: not measured
};

/// What the run directory's own arms did, and what the thresholds would do on the frames of those very episodes.
struct LoggedRate {
  std::string arm;
  std::int64_t episodes = 0;
  double logged_reuse_rate = 0;
  struct OpenLoop {
    std::string source;  // of the thresholds
    double reuse_rate = 0;
  };
  std::vector<OpenLoop> open_loop{};  // with the horizon as limit
};

struct DriftReport {
  std::string input;
  std::string format;  // RecordingInfo::format
  std::vector<std::string> cameras{};
  std::string importance;  // "attention of tiny", "uniform"
  std::string note;        // why it is uniform, where that was not asked for; else ""
  std::int64_t episodes = 0;
  std::int64_t frames = 0;
  std::int64_t sampled_frames = 0;  // of which the statistics are made
  std::int64_t queries = 0;         // of the policy
  std::int64_t key_frames = 0;      // among the sampled
  int key_window = 0;
  int anchor_every = 0;
  int query_every = 0;
  double state_percentile = 0, drift_percentile = 0;
  std::vector<SignalDrift> signals{};
  DriftClaims claims{};
  std::vector<ThresholdPair> thresholds{};
  std::string closed_loop{};  // what was measured, or why nothing was
  std::vector<LoggedRate> logged{};
  MadeBy made_by{};
};

/// Indented, NaN as null, ends with a newline. Keys: docs/formats.md.
std::string drift_json(const DriftReport& report);

/// The study's table in both conventions, separability, the answers to its expectations, thresholds with their rates.
std::string drift_text(const DriftReport& report);

}  // namespace awd
