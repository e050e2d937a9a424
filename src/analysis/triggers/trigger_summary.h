// What is known about the recomputes of one arm in one scenario: how many, why, when, and the study's three questions.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "analysis/reason_group.h"
#include "analysis/stats.h"

namespace awd {

/// Steps per reason, of whatever part of the steps.
struct ReasonCounts {
  std::array<std::int64_t, kReasonCount> steps{};

  void add(Reason reason) { ++steps[std::size_t(reason)]; }
  ReasonCounts& operator+=(const ReasonCounts& other);
  std::int64_t of(Reason reason) const { return steps[std::size_t(reason)]; }
  std::int64_t of(ReasonGroup group) const;
  std::int64_t total() const;
  std::int64_t recomputes() const { return total() - of(Reason::kReuse); }
  /// Share of all steps, 0 .. 1; NaN without steps.
  double share(std::int64_t count) const;
};

struct NamedCounts {
  std::string name;
  ReasonCounts counts;
};

/// Whether a guard fires where the gripper switches. Only episodes with a switch count, without their first step.
struct Concentration {
  std::int64_t episodes = 0;
  std::int64_t steps = 0;
  std::int64_t key_steps = 0;  // at most key_window steps from a switch
  std::int64_t triggers = 0;   // of the guard
  std::int64_t key_triggers = 0;
  double key_share = 0;  // key steps / steps; NaN without any
  double trigger_share = 0;
  double ratio = 0;  // trigger_share / key_share: 1 is what chance gives
  /// Of the ratio: percentiles of a bootstrap over episodes; Wilson's where none or all triggers are in key steps;
  /// [0, inf] where the ratio is NaN.
  Interval ci95{};
};

/// Quantiles of a number of steps; NaN without any.
struct StepQuantiles {
  std::int64_t n = 0;
  double mean = 0, p10 = 0, p50 = 0, p90 = 0, max = 0;
};

/// Scores of one signal as logged, at steps with an anchor.
struct SignalScores {
  GateSignal signal{};
  std::int64_t n = 0;  // scored steps: rules that fire earlier leave it unscored
  std::int64_t fired = 0;
  double p50 = 0, p90 = 0, p99 = 0;
  /// Limit above which TriggerOptions::target_rate of the steps would lie; NaN where too few steps are scored. Holds in
  /// open loop only: another limit puts the anchors elsewhere, and with them the scores.
  double target_limit = 0;
};

/// One episode for the raster.
struct EpisodeTrace {
  struct Span {
    int first = 0;  // step
    std::string phase;
  };
  std::string task;
  bool failed = false;          // known to
  std::vector<Reason> reasons;  // one per step
  std::vector<Span> phases;
  std::vector<int> events;  // steps
};

/// How an episode is cut for counts over time.
inline constexpr int kTimeBins = 20;  // equal parts of an episode
inline constexpr int kStepBin = 10;   // steps

struct TriggerSummary {
  std::string arm;
  std::string scenario;  // "" where not known
  std::int64_t episodes = 0;
  ReasonCounts all;
  std::vector<NamedCounts> tasks;                    // in order of appearance
  std::vector<NamedCounts> phases;                   // in the order of a task
  std::array<ReasonCounts, kTimeBins> over_episode;  // parts of the episode's own length
  std::vector<ReasonCounts> over_steps;              // kStepBin steps each
  Concentration state, vision;
  bool events_known = true;                                      // of every episode
  std::array<std::int64_t, kReasonGroupCount> false_triggers{};  // alarms while nothing had happened
  std::vector<SignalScores> scores;                              // of signals with any score
  StepQuantiles ages;                                            // of the anchor at every recompute but the first
  StepQuantiles delays;                                          // from an event to the next recompute
  std::int64_t events = 0;
  std::array<std::int64_t, kReasonGroupCount> first_after_event{};  // groups of those recomputes
  std::vector<EpisodeTrace> traces;
};

}  // namespace awd
