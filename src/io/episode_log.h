// The run directory's logs: steps.jsonl and episodes.jsonl, one JSON object a line (docs/formats.md).
// Written by `awd eval`, read by src/analysis.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <span>
#include <string>

#include "awd/gate.h"
#include "awd/policy.h"

namespace awd {

/// One control step of one episode, after the policy has acted.
struct StepLog {
  int episode = 0;  // index into episodes.jsonl
  int step = 0;
  std::string phase;  // reach, grasp, lift, move, place
  Decision decision;
  StepTiming timing;
};

/// One finished episode.
struct EpisodeLog {
  int episode = 0;  // line number in episodes.jsonl, from 0
  std::string arm;
  std::string task;
  std::string scenario;
  int trial = 0;  // 0 .. trials-1 of this arm and task
  std::uint64_t seed = 0;
  bool success = false;
  int steps = 0;         // control steps executed
  int full_queries = 0;  // steps that ran vision + prefill
  double policy_ms = 0;  // sum of StepTiming::total_ms
};

/// Names of the two files inside a run directory.
inline constexpr const char* kEpisodesFile = "episodes.jsonl";
inline constexpr const char* kStepsFile = "steps.jsonl";

/// Writes both logs of one run. Not thread-safe.
class EpisodeLogWriter {
 public:
  /// Creates the two files in an existing folder. Throws awd::Error if that fails.
  explicit EpisodeLogWriter(const std::filesystem::path& folder);
  /// Appends one episode and its steps in order. The steps must be `episode.steps` many and carry its index.
  void add(const EpisodeLog& episode, std::span<const StepLog> steps);
  /// Flushes both files; throws awd::Error if anything could not be written (disk full).
  void close();

 private:
  std::filesystem::path folder_;
  std::ofstream episodes_;
  std::ofstream steps_;
};

/// Reads both logs of a run directory and calls `visit` once per episode, in file order, with all of its steps; holds
/// one episode in memory at a time. Throws awd::Error naming file, line, key, expected and got on anything that the
/// writer would not have written: missing or unknown keys, wrong types, unknown words, steps out of order or too few.
void read_episode_log(const std::filesystem::path& folder,
                      const std::function<void(const EpisodeLog&, std::span<const StepLog>)>& visit);

}  // namespace awd
