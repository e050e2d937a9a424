// ReusePolicy: gate + engine session + held work. At every step it either runs a full query or reuses the last one.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "awd/engine.h"
#include "awd/policy.h"
#include "backend/gate_device.h"
#include "base/rng.h"
#include "runtime/modes/mode.h"
#include "runtime/reuse_options.h"
#include "runtime/reuse_rules.h"

namespace awd {

/// What a policy of the engine says of itself.
PolicyInfo policy_info(const EngineInfo& info);

/// One control session. ReuseRules has the rules that hold whatever the gate says; the limit of their age is that of
/// the mode (horizon, execute, stale_limit). Not thread-safe. The reuse step of mode aligned does not allocate.
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

  std::span<const float> plan() const override;
  void skip(int steps) override;

  /// The rest of the held chunk, [n, action_dim]: what mode aligned would execute from now on without another query.
  std::span<const float> planned() const;

 private:
  std::span<const float> rest_of_chunk(int first_row) const;
  double full_query(const Observation& observation, StepTiming& timing);
  double reuse_step(const Observation& observation, StepTiming& timing);
  void draw_noise();

  PolicyInfo info_;
  ReuseOptions reuse_;
  std::unique_ptr<Mode> mode_;
  std::unique_ptr<Session> session_;
  ReuseRules rules_;
  Held held_;  // from the last full query; counts only while the rules hold an anchor

  Rng rng_{0};
  std::vector<float> noise_;  // [horizon, model_action_dim]
};

}  // namespace awd
