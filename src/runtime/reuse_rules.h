// ReuseRules: the runtime's own rules and the gate, with everything they compare a step with. What a query makes, and
// what is done on reuse, is the caller's business.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "awd/gate.h"
#include "awd/policy.h"
#include "backend/gate_device.h"

namespace awd {

/// One control session. Three rules hold whatever the gate says: no reuse when nothing is held (episode start, reset),
/// at max_age() or later, or when prompt or set of cameras changed since the anchor. Call per step: decide(); after a
/// query hold(); then took(). Not thread-safe; a step that reuses does not allocate.
class ReuseRules {
 public:
  /// `device_gate`, where not null, compares the pictures in the gate's place (see runtime/device_signals.h).
  explicit ReuseRules(const GateOptions& gate, std::unique_ptr<DeviceGate> device_gate = nullptr);

  const GateOptions& gate() const { return gate_; }
  /// Whether an anchor is held, for steps of which age(). The caller may declare it void while it works on what is
  /// held, so that nothing counts as held if that throws.
  bool is_held() const { return anchor_.valid; }
  void set_held(bool held) { anchor_.valid = held; }
  /// Of the step that comes next: steps since the anchor.
  int age() const { return age_; }
  /// Steps from one query to the next, at most.
  int max_age() const { return max_age_; }
  void set_max_age(int steps) { max_age_ = steps; }

  /// Starts an episode: forgets everything but options and max_age(); `seed` is the gate's.
  void reset(std::uint64_t seed);

  /// Decides the next step. `planned` [left, action_dim] is the rest of what is held; row 0 is due at this step. With
  /// `explain` the gate scores the step even if max_age() decides it. Throws awd::Error as awd::decide() does.
  Decision decide(const Observation& observation, std::span<const float> planned);

  /// The step of the last decide() becomes the anchor, at age 0; `planned` [n, action_dim] is the new plan, row 0 due
  /// at this step; n and action_dim are 0 where the plan is not known. Throws awd::Error as set_anchor() does; then
  /// nothing is held.
  void hold(const Observation& observation, std::span<const float> planned, int action_dim,
            const ImportanceMaps& importance);

  /// The step is over: `action` [action_dim] was executed; empty where that is not known, and then signals that need
  /// the executed actions are not computed until the next anchor.
  void took(std::span<const float> action);

 private:
  Frame frame_of(const Observation& observation, std::span<const float> planned);
  bool same_input(const Observation& observation) const;

  GateOptions gate_;
  int max_age_;
  std::unique_ptr<DeviceGate> device_gate_;  // null: the gate reads the pictures itself

  // What is held from the last query; all of it counts only while the anchor is valid.
  Anchor anchor_;
  std::string prompt_;
  std::vector<float> executed_;  // [age, action_dim] actions since the anchor
  bool knows_executed_ = true;
  int action_dim_ = 0;
  int age_ = 0;

  GateState gate_state_;
};

}  // namespace awd
