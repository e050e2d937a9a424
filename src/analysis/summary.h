// From episode logs to one summary per arm: success with intervals, reuse, latency, reasons, comparison in pairs.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "analysis/stats.h"
#include "analysis/step_stats.h"
#include "io/episode_log.h"

namespace awd {

/// What an arm is, for tables and results.json.
struct ArmInfo {
  std::string name{};
  std::string policy{};  // name of the checkpoint
  std::string gate{};    // word of the gate kind
  std::string mode{};    // word of the reuse mode
  std::string scenario{};
};

/// Quantiles of one stage's wall time over the steps that ran it; NaN when none did.
struct LatencySummary {
  std::int64_t n = 0;
  double p50_ms = 0;
  double p95_ms = 0;
  double p99_ms = 0;
  Interval p50_ci95{}, p95_ci95{}, p99_ci95{};  // NaN where the samples do not bound it
};

struct TaskSummary {
  std::string task;
  std::int64_t episodes = 0;
  std::int64_t successes = 0;
  Interval ci95{};
};

/// What followed the changes that a scenario made.
struct ReactionSummary {
  std::int64_t events = 0;
  std::int64_t reacted = 0;  // a full query within kReactionSteps of the change becoming observable
  Interval ci95{};           // Wilson
  double median_delay = 0;   // steps; NaN without a change that was followed by a query
};
inline constexpr int kReactionSteps = 2;

/// This arm (A) against a reference arm (B) on the episodes with the same scenario, task and seed.
struct PairedSummary {
  std::string vs;
  PairedCounts counts{};
  double difference = 0;  // success rate of this arm minus that of the reference
  Interval ci95{};        // Newcombe, paired
  double p = 1;           // exact McNemar, two-sided
};

struct ArmSummary {
  ArmInfo arm;
  std::int64_t episodes = 0;
  std::int64_t successes = 0;
  double success_rate = 0;  // NaN without episodes
  Interval ci95{};          // Wilson
  std::int64_t steps = 0;
  double steps_per_episode = 0;
  Interval steps_ci95{};  // of that mean; NaN for one episode
  std::int64_t full_queries = 0;
  double reuse_rate = 0;  // share of steps after each episode's first that ran no vision + prefill; NaN: none
  Interval reuse_ci95{};
  double full_queries_per_step = 0;  // over all steps
  Interval full_queries_ci95{};      // this and those below: step_stats.h, episodes being the unit
  double query_work = 0;             // mean share of a full query's vision + prefix work that a step ran
  Interval query_work_ci95{};
  std::int64_t false_recomputes = 0;
  double false_recompute_rate = 0;  // per step
  Interval false_recompute_ci95{};
  ReactionSummary reaction;
  double hz = 0;  // control rate the policy alone can hold: 1 / mean policy time per step
  Interval hz_ci95{};
  LatencySummary full, reuse, gate, vision, prefix, denoise;
  std::array<std::int64_t, kReasonCount> reasons{};  // steps per Reason
  std::vector<TaskSummary> tasks;                    // in order of appearance
  std::optional<PairedSummary> paired;               // absent for the reference arm itself
  /// Against every reference of the scenario but itself: `none` (else the first arm), the longest fixed:H, and
  /// random:matched.
  std::vector<PairedSummary> comparisons;
};

/// Rows of a summary: every scenario's arms, in order.
std::vector<ArmInfo> summary_rows(const std::vector<std::string>& scenarios, const std::vector<ArmInfo>& arms);

/// Adds up episodes as they come and summarises at any time. Not thread-safe.
class RunSummary {
 public:
  /// One entry per row: an arm in a scenario.
  explicit RunSummary(std::vector<ArmInfo> rows);
  /// `steps` are those of `episode`, or none where no step log is kept: latencies are then not known. Arm and scenario
  /// must be one of the constructor's rows.
  void add(const EpisodeLog& episode, std::span<const StepLog> steps);
  /// One summary per row, in the constructor's order. Arms are compared within a scenario.
  std::vector<ArmSummary> arms() const;

 private:
  using PairKey = std::pair<std::string, std::uint64_t>;  // task, seed
  struct Tally {
    ArmSummary sum;                                                  // counts only until arms()
    double policy_ms = 0;                                            // over all steps
    double query_work = 0;                                           // over all steps
    std::vector<double> delays;                                      // of queries behind events, steps
    std::map<PairKey, bool> success;                                 // of each episode
    std::vector<EpisodeLog> episodes;                                // without events
    std::vector<double> full, reuse, gate, vision, prefix, denoise;  // ms, one per step that ran the stage
  };
  static void add_steps(std::span<const StepLog> steps, Tally& tally);
  static void add_events(const EpisodeLog& episode, Tally& tally);
  static void add_intervals(const Tally& tally, ArmSummary& sum);
  static void finish(const Tally& tally, ArmSummary& sum);
  static PairedSummary compare(const Tally& arm, const Tally& reference);
  std::vector<const Tally*> references(const std::string& scenario) const;

  std::vector<Tally> tallies_;
};

}  // namespace awd
