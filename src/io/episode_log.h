// The run directory's logs: steps.jsonl and episodes.jsonl, one JSON object a line (docs/formats.md).
// Written by `awd eval`, read by src/analysis.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "awd/gate.h"
#include "awd/policy.h"

namespace awd {

/// One control step of one episode, after the policy has acted.
struct StepLog {
  int episode = 0;  // index into episodes.jsonl
  int step = 0;
  std::string phase;    // reach, grasp, lift, move, place
  std::string event{};  // what the scenario was changing just before the step; "" for nothing
  Decision decision;
  std::vector<float> action{};  // [action_dim] what the policy answered, robot units; empty: not logged
  double query_work = 0;        // share of a full query's vision + prefix work that ran
  StepTiming timing;
};

/// One change that a scenario made, and how soon a full query saw it.
struct EventLog {
  std::string event;
  int step = 0;              // first step that could observe the change
  std::optional<int> delay;  // steps from there to the next full query; absent: the episode ended without one
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
  int steps = 0;                            // control steps executed
  int full_queries = 0;                     // steps that ran vision + prefill
  double query_work = 0;                    // sum over steps of the share of a full query's vision + prefix that ran
  int false_recomputes = 0;                 // full queries that a gate's signal asked for while nothing had happened
  std::array<int, kReasonCount> reasons{};  // steps per Reason
  std::vector<EventLog> events{};           // in order
  double policy_ms = 0;                     // sum of StepTiming::total_ms
};

/// Names of the two files inside a run directory.
inline constexpr const char* kEpisodesFile = "episodes.jsonl";
inline constexpr const char* kStepsFile = "steps.jsonl";

/// Whether a run directory gets steps.jsonl: by far its larger part.
enum class StepsFile { kWritten, kLeftOut };

/// Writes the logs of one run. Not thread-safe.
class EpisodeLogWriter {
 public:
  /// Creates the files in an existing folder. Throws awd::Error if that fails.
  explicit EpisodeLogWriter(const std::filesystem::path& folder, StepsFile steps = StepsFile::kWritten);
  /// Appends one episode and its steps in order. The steps must be `episode.steps` many and carry its index.
  /// Where steps are left out, `steps` is not read.
  void add(const EpisodeLog& episode, std::span<const StepLog> steps);
  /// Hands everything to the operating system, steps first: an episode whose line is complete is complete.
  void flush();
  /// Flushes and closes; throws awd::Error if anything could not be written (disk full).
  void close();

 private:
  std::filesystem::path folder_;
  bool writes_steps_;
  std::ofstream episodes_;
  std::ofstream steps_;
};

/// Reads both logs of a run directory and calls `visit` once per episode, in file order, with all of its steps; holds
/// one episode in memory at a time. Throws awd::Error naming file, line, key, expected and got on anything that the
/// writer would not have written: missing or unknown keys, wrong types, unknown words, steps out of order or too few.
void read_episode_log(const std::filesystem::path& folder,
                      const std::function<void(const EpisodeLog&, std::span<const StepLog>)>& visit);

/// A run directory's (or shard's) logs for reading in any order: the episodes in memory, the steps on demand. Numbers
/// of episodes may have gaps but must ascend; steps.jsonl may be absent. Not thread-safe.
class EpisodeLogIndex {
 public:
  /// Throws awd::Error like read_episode_log(), for the episodes and for too few or too many steps.
  explicit EpisodeLogIndex(const std::filesystem::path& folder);
  const std::vector<EpisodeLog>& episodes() const { return episodes_; }
  bool has_steps() const { return steps_.is_open(); }
  /// The steps of episodes()[i]; empty without steps.jsonl. Throws awd::Error on a line that is not a step of it.
  std::vector<StepLog> read_steps(std::size_t i);

 private:
  void index_steps();

  std::filesystem::path folder_;
  std::vector<EpisodeLog> episodes_;
  std::vector<std::int64_t> offsets_;  // of each episode's first step, bytes
  std::ifstream steps_;
};

/// After a crash: cuts off a half-written last line, and steps without their episode (or the reverse), so that what is
/// left is a complete log of the episodes that were finished. Missing files count as empty. Throws awd::Error when the
/// files cannot be changed.
void repair_episode_log(const std::filesystem::path& folder);

}  // namespace awd
