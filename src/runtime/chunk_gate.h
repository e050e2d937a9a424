// ChunkGate: the runtime's rules around chunks that come from anywhere. It decides whether the held chunk goes on (mode
// aligned) or its maker is to be asked again; whoever that is stays outside.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "awd/policy.h"
#include "runtime/reuse_options.h"
#include "runtime/reuse_rules.h"

namespace awd {

/// One call of ChunkGate::decide().
struct ChunkStep {
  const Observation& observation;  // pictures of any size that the gate's options fit
  /// Control steps since the last decide(); ignored by the first one of an episode.
  int steps = 1;
  /// [steps, action_dim] actions that were executed meanwhile; empty: the rows of the held chunk that were due.
  std::span<const float> executed{};
};

/// One control session: decide(), and, where that says recompute, hold() before the next decide(). The same decisions
/// as ReusePolicy in mode aligned for the same pictures, states, chunks and importance. Not thread-safe.
class ChunkGate {
 public:
  /// A chunk is used up at its end, or after `execute` of its rows if that is not 0. Throws awd::Error for a device
  /// that is not there; options of the gate are checked against the first pictures.
  ChunkGate(const GateOptions& gate, int execute, GateDevice device);

  const GateOptions& gate() const { return options_; }

  /// Starts an episode.
  void reset(std::uint64_t seed);

  /// Recompute with first_step where nothing is held: after reset(), and when the last recompute was not followed by
  /// hold(). Throws awd::Error on a step that is not later, on numbers that are not finite, and as awd::decide() does.
  Decision decide(const ChunkStep& step);

  /// The observation of the last decide() becomes the anchor. `chunk` [n, action_dim], row 0 for this step; n = 0: not
  /// known, and then only `execute` and the gate end the reuse. Importance of null is uniform. Throws awd::Error on
  /// values that are not finite or maps that do not fit; then nothing is held.
  void hold(const Observation& observation, std::span<const float> chunk, int action_dim,
            const ImportanceMaps* importance);

  /// The row of the held chunk that is due at the step of the last decide(); 0 after hold().
  int row() const { return rules_ ? rules_->age() : 0; }

 private:
  void start(const Observation& observation);
  void pass(const ChunkStep& step);
  std::span<const float> planned() const;

  GateOptions options_;
  int execute_;
  GateDevice device_;
  std::uint64_t seed_ = 0;
  std::optional<ReuseRules> rules_;  // made with the first observation, which says how large pictures are
  bool is_first_ = true;             // no step of the episode decided yet
  bool is_due_ = false;              // the last decision was to recompute, and hold() has not been called
  std::vector<float> chunk_;         // [n, action_dim]
  int action_dim_ = 0;
};

}  // namespace awd
