// Adds up the triggers of a run, episode by episode: one summary per arm and scenario.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "analysis/triggers/trigger_keys.h"
#include "analysis/triggers/trigger_summary.h"
#include "io/episode_log.h"

namespace awd {

struct TriggerOptions {
  int key_window = 5;        // steps around a gripper switch
  double target_rate = 0.1;  // triggers per step that a signal's limit is asked for
  int resamples = 1000;      // of the bootstrap
  std::uint64_t seed = 1;    // of the bootstrap
};

/// What the source of an episode tells beside its steps.
struct EpisodeKnowledge {
  bool events = true;   // StepLog::event is filled where something happened
  bool success = true;  // EpisodeLog::success is measured
};

/// Not thread-safe.
class TriggerTally {
 public:
  explicit TriggerTally(const TriggerOptions& options) : options_(options) {}
  /// `steps` are all of the episode's.
  void add(const EpisodeLog& episode, std::span<const StepLog> steps, const EpisodeKnowledge& known = {});
  /// One summary per arm and scenario, in order of appearance.
  std::vector<TriggerSummary> summaries() const;

 private:
  struct Arm {
    TriggerSummary sum;                              // counts and traces only, until summaries()
    std::vector<KeyCounts> state_keys, vision_keys;  // one per episode with a switch
    std::map<GateSignal, std::vector<float>> scores;
    std::vector<double> ages, delays;  // steps
  };
  Arm& arm_of(const EpisodeLog& episode);
  static void add_counts(const EpisodeLog& episode, std::span<const StepLog> steps, Arm& arm);
  static void add_reactions(const EpisodeLog& episode, std::span<const StepLog> steps, Arm& arm);
  void add_keys(std::span<const StepLog> steps, Arm& arm) const;

  TriggerOptions options_;
  std::vector<Arm> arms_;
};

}  // namespace awd
