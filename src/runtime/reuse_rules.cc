// The runtime's own rules, then the gate, whose memory sees every step.
#include "runtime/reuse_rules.h"

#include <limits>
#include <utility>

#include "runtime/device_signals.h"

namespace awd {
namespace {

/// Steps for which executed actions find memory at once; longer reuse grows it, which a long episode does not feel.
constexpr int kUsualAge = 256;

}  // namespace

ReuseRules::ReuseRules(const GateOptions& gate, std::unique_ptr<DeviceGate> device_gate)
    : gate_(gate), max_age_(std::numeric_limits<int>::max()), device_gate_(std::move(device_gate)) {
  reset(0);
}

void ReuseRules::reset(std::uint64_t seed) {
  anchor_.valid = false;
  executed_.clear();
  knows_executed_ = true;
  age_ = 0;
  reset_gate(gate_state_, seed);
}

Frame ReuseRules::frame_of(const Observation& observation, std::span<const float> planned) {
  return {.cameras = observation.cameras,
          .state = observation.state,
          .joints = observation.joints,
          .age = age_,
          .robot_masks = observation.robot_masks,
          .executed = executed_,
          .planned = planned,
          .action_dim = action_dim_,
          .event = !observation.event.empty(),
          .signals = device_gate_ != nullptr ? device_gate_->signals() : std::span<const PictureSignals>{}};
}

Decision ReuseRules::decide(const Observation& observation, std::span<const float> planned) {
  if (device_gate_ != nullptr) start_look(observation, *device_gate_);
  const Frame frame = frame_of(observation, planned);
  if (!anchor_.valid || !same_input(observation)) {
    observe(frame, gate_, gate_state_);
    if (!anchor_.valid) return {};
    return {.verdict = Verdict::kRecompute, .reason = Reason::kNewInput, .age = age_};
  }
  if (age_ < max_age_) return awd::decide(frame, anchor_, gate_, gate_state_);

  Decision decision{.verdict = Verdict::kRecompute, .reason = Reason::kHorizon, .age = age_};
  if (gate_.explain) {
    decision.scores = awd::decide(frame, anchor_, gate_, gate_state_).scores;
  } else {
    observe(frame, gate_, gate_state_);
  }
  return decision;
}

bool ReuseRules::same_input(const Observation& observation) const {
  if (int(observation.cameras.size()) != anchor_.n_cameras) return false;
  for (int c = 0; c < anchor_.n_cameras; ++c) {
    if (observation.cameras[c].empty() == anchor_.cameras[c].present) return false;
  }
  return observation.prompt == prompt_;
}

void ReuseRules::hold(const Observation& observation, std::span<const float> planned, int action_dim,
                      const ImportanceMaps& importance) {
  anchor_.valid = false;
  prompt_.assign(observation.prompt);
  action_dim_ = action_dim;
  executed_.clear();
  executed_.reserve(std::size_t(kUsualAge) * std::size_t(action_dim));
  knows_executed_ = true;
  age_ = 0;
  set_anchor(frame_of(observation, planned), importance, gate_, anchor_);
  if (device_gate_ != nullptr) hold_look(importance, gate_, *device_gate_);
}

void ReuseRules::took(std::span<const float> action) {
  knows_executed_ = knows_executed_ && !action.empty();
  if (knows_executed_) {
    executed_.insert(executed_.end(), action.begin(), action.end());
  } else {
    executed_.clear();
  }
  ++age_;
}

}  // namespace awd
