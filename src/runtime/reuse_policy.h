// ReusePolicy: gate + engine session + held work. At every step it either runs a full query or reuses the last one.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "awd/engine.h"
#include "awd/gate.h"
#include "awd/policy.h"
#include "backend/gate_device.h"
#include "base/rng.h"
#include "runtime/modes/mode.h"
#include "runtime/reuse_options.h"

namespace awd {

/// One control session. Three rules hold whatever the gate says: no reuse when nothing is held (episode start, reset),
/// past the limit of the mode (horizon, execute, stale_limit), or when prompt or set of cameras changed since the
/// anchor. Not thread-safe. The reuse step of mode aligned does not allocate.
class ReusePolicy final : public Policy {
 public:
  /// `session` belongs to an engine with this `info`; `device_gate`, where not null, compares the pictures in the
  /// gate's place (see runtime/device_signals.h). Throws awd::Error when an option does not fit the checkpoint.
  ReusePolicy(const EngineInfo& info, std::unique_ptr<Session> session, const GateOptions& gate,
              const ReuseOptions& reuse, std::unique_ptr<DeviceGate> device_gate = nullptr);

  const PolicyInfo& info() const override { return info_; }
  void reset(std::uint64_t seed) override;
  ActResult act(const Observation& observation) override;
  const ImportanceMaps* importance() const override {
    return held_.details.importance.n_cameras > 0 ? &held_.details.importance : nullptr;
  }

  /// The rest of the held chunk, [n, action_dim]: what mode aligned would execute from now on without another query.
  std::span<const float> planned() const;

 private:
  Frame frame_of(const Observation& observation);
  Decision decide_step(const Observation& observation);
  double full_query(const Observation& observation, StepTiming& timing);
  double reuse_step(const Observation& observation, StepTiming& timing);
  void draw_noise();
  bool same_input(const Observation& observation) const;

  PolicyInfo info_;
  GateOptions gate_;
  ReuseOptions reuse_;
  std::unique_ptr<Mode> mode_;
  int max_age_;  // steps from one full query to the next
  std::unique_ptr<Session> session_;
  std::unique_ptr<DeviceGate> device_gate_;  // null: the gate reads the pictures itself

  // What is held from the last full query; all of it counts only while the anchor is valid.
  Anchor anchor_;
  std::string prompt_;
  Held held_;
  std::vector<float> executed_;  // [age, action_dim] actions since the anchor
  int age_ = 0;                  // of the step that comes next

  GateState gate_state_;
  Rng rng_{0};
  std::vector<float> noise_;  // [horizon, model_action_dim]
};

}  // namespace awd
