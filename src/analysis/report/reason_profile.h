// When and in which phase an arm queries, by group of reasons: the numbers behind the report's reason timelines.
#pragma once

#include <array>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "analysis/reason_group.h"
#include "analysis/step_stats.h"
#include "io/episode_log.h"

namespace awd::report {

inline constexpr int kTimelineBins = 40;

/// Steps per group.
using GroupCounts = std::array<double, kReasonGroupCount>;

/// One arm in one scenario. Not thread-safe.
class ReasonProfile {
 public:
  /// `steps` are those of `episode`, or none where no step log is kept: timeline and phases are then empty.
  void add(const EpisodeLog& episode, std::span<const StepLog> steps);

  /// Share of each group in kTimelineBins equal parts of an episode's time, the mean over episodes; a step counts in
  /// each part by their overlap. First steps are left out: they cannot but query, and would hide the rest. Zeros
  /// without episodes.
  std::array<GroupCounts, kTimelineBins> timeline() const;

  struct Share {
    double steps = 0;
    double rate = 0;
    Interval ci95{};  // step_stats.h: episodes are the unit
  };
  struct Phase {
    std::string phase;
    double steps = 0;
    int episodes = 0;  // that have steps in the phase
    std::array<Share, kReasonGroupCount> groups{};
    Share queries;  // all groups but reuse
  };
  /// In the order of a task, unknown words last.
  std::vector<Phase> phases() const;
  /// Steps with that reason, of all steps.
  Share share_of(Reason reason) const;

 private:
  void add_steps(std::span<const StepLog> steps);

  int episodes_ = 0;  // with steps
  std::array<std::vector<EpisodeShare>, kReasonCount> reasons_;
  std::array<GroupCounts, kTimelineBins> timeline_{};
  std::map<std::string, std::vector<GroupCounts>> phases_;  // of each episode that has steps in the phase
};

/// Phases of our tasks in the order in which they come.
inline constexpr std::array<std::string_view, 5> kPhaseOrder{"reach", "grasp", "lift", "move", "place"};

}  // namespace awd::report
