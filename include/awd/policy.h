// Policy: whatever turns one observation per control step into one action. The simulator, the server and user code
// drive it; src/runtime's ReusePolicy (gate + engine + chunk buffer) implements it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "awd/gate.h"
#include "awd/types.h"

namespace awd {

/// What a policy expects and gives.
struct PolicyInfo {
  std::string name;
  std::vector<std::string> cameras;  // names, in the order of Observation::cameras
  int image_size = 224;              // pictures are [image_size, image_size, 3]
  int state_dim = 0;
  int action_dim = 0;
  int horizon = 0;
};

/// Wall time of one act() call by stage; 0 for a stage that did not run.
struct StepTiming {
  double gate_ms = 0;
  double vision_ms = 0;
  double prefix_ms = 0;
  double denoise_ms = 0;
  double total_ms = 0;
};

struct ActResult {
  std::span<const float> action;  // [action_dim] robot units; owned by the policy, valid until its next call
  Decision decision;
  StepTiming timing;
  /// Multiply-adds of vision + prefix that ran at this step / those of a full query: 1 full, 0 none. Denoising is not
  /// counted (see timing).
  double query_work = 0;
};

/// One control session. Not thread-safe: one Policy per thread.
class Policy {
 public:
  virtual ~Policy() = default;
  virtual const PolicyInfo& info() const = 0;
  /// Starts an episode: everything held is dropped, noise is drawn anew from `seed`.
  virtual void reset(std::uint64_t seed) = 0;
  /// One control step. Throws awd::Error on an observation that does not fit info() (size, NaN, missing camera).
  virtual ActResult act(const Observation& observation) = 0;
  /// The importance maps of the last full query, or nullptr where the policy has none.
  virtual const ImportanceMaps* importance() const { return nullptr; }
  /// What the policy would do from the step of the last act() on without another call: [n, action_dim], row 0 is the
  /// action that act() gave. Valid until the next call. Empty before the first act(), or where the policy has no plan.
  virtual std::span<const float> plan() const { return {}; }
  /// The caller has executed the next `steps` rows of plan() without asking (its last row again where they end): the
  /// next act() is that much later. Policies without memory ignore it.
  virtual void skip(int steps) { (void)steps; }
};

}  // namespace awd
