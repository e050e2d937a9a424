// Mode: what a reuse step does in place of a full query. One file of this folder per mode.
#pragma once

#include <memory>
#include <span>

#include "awd/engine.h"
#include "awd/policy.h"
#include "runtime/reuse_options.h"

namespace awd {

/// What is held from the last full query. A reuse step may replace chunk and cache, never the details.
struct Held {
  PrefixCache cache;
  ActionChunk chunk;    // [horizon, action_dim]
  int chunk_age = 0;    // age of the step that row 0 of `chunk` is for
  FlowDetails details;  // of the full query: importance of a dense prefix
};

/// One reuse step.
struct ReuseStep {
  const Observation& observation;  // same prompt and set of cameras as the last full query
  int age = 0;                     // steps since that
  std::span<const float> noise;    // [horizon, model_action_dim], flow time 1
  Session& session;
  StepTiming& timing;  // the stages that run are entered here
};

/// The mutable side of one mode in one control session. After its first steps a mode does not allocate.
class Mode {
 public:
  /// What the rules of the runtime need to know of a mode.
  struct Traits {
    bool ends_with_chunk = false;  // executes rows of a chunk that begins at the anchor
    bool makes_chunk = true;       // makes chunks of its own, each of which may have fresh noise
    bool is_stale = true;          // plans on a prefix that is, in part or whole, of an earlier step
    bool holds_vision = false;     // full queries shall hold the vision tower's output
  };

  explicit Mode(const Traits& traits) : traits_(traits) {}
  virtual ~Mode() = default;
  Mode(const Mode&) = delete;
  Mode& operator=(const Mode&) = delete;

  const Traits& traits() const { return traits_; }

  /// Called after every full query: takes what later reuse steps compare with. Whatever was taken before is void.
  virtual void hold(const Observation& /*observation*/, const Held& /*held*/) {}

  /// Makes row age - held.chunk_age of held.chunk the action of this step. Returns ActResult::query_work. After a
  /// throw `held` is void.
  virtual double reuse(const ReuseStep& step, Held& held) = 0;

 private:
  Traits traits_;
};

/// A mode for a policy with this `info`. Throws awd::Error when an option does not fit.
std::unique_ptr<Mode> make_mode(const ReuseOptions& options, const EngineInfo& info);

/// Each mode; make_mode() calls one of them.
std::unique_ptr<Mode> make_restart();
std::unique_ptr<Mode> make_aligned();
std::unique_ptr<Mode> make_redenoise();
std::unique_ptr<Mode> make_warm(const ReuseOptions& options, const EngineInfo& info);
std::unique_ptr<Mode> make_camera(const ReuseOptions& options);
std::unique_ptr<Mode> make_base_only(const EngineInfo& info);
std::unique_ptr<Mode> make_token(const ReuseOptions& options, const EngineInfo& info);

/// A chunk from the held cache, the current state and `noise`; enters the time.
void denoise_held(const ReuseStep& step, Held& held);
/// A chunk for this step on from an encode by `plan`; enters the times and returns the work.
double query_by_plan(const ReuseStep& step, const EncodePlan& plan, Held& held);

}  // namespace awd
