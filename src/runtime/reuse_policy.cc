// One control step: the runtime's own rules, then the gate; then a full query, or what the mode does with the last one.
#include "runtime/reuse_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "awd/error.h"
#include "base/check.h"
#include "base/clock.h"
#include "runtime/device_signals.h"
#include "runtime/observation_check.h"

namespace awd {
namespace {

/// Keeps the policy's noise apart from other users of the same episode seed (scene placement, scenario, gate).
constexpr std::uint64_t kNoiseStream = 0x6e6f697365;  // "noise"
/// Steps for which executed actions find memory at once; longer reuse grows it, which a long episode does not feel.
constexpr int kUsualAge = 256;

PolicyInfo policy_info(const EngineInfo& info) {
  return {.name = info.name,
          .cameras = info.cameras,
          .image_size = info.image_size,
          .state_dim = info.state_dim,
          .action_dim = info.action_dim,
          .horizon = info.horizon};
}

/// Steps after which a query is due whatever the gate says. A mode that executes rows of the anchor's chunk ends with
/// it; one that makes a chunk for the present step has no such end, and the study set no limit.
int longest_reuse(const Mode::Traits& mode, const ReuseOptions& reuse, int horizon) {
  int longest = mode.ends_with_chunk ? horizon : std::numeric_limits<int>::max();
  if (reuse.execute > 0) longest = reuse.execute;
  if (reuse.stale_limit > 0 && mode.is_stale) longest = std::min(longest, reuse.stale_limit + 1);
  return longest;
}

}  // namespace

ReusePolicy::ReusePolicy(const EngineInfo& info, std::unique_ptr<Session> session, const GateOptions& gate,
                         const ReuseOptions& reuse, std::unique_ptr<DeviceGate> device_gate)
    : info_(policy_info(info)),
      gate_(gate),
      reuse_(reuse),
      mode_(make_mode(reuse, info)),
      max_age_(longest_reuse(mode_->traits(), reuse, info.horizon)),
      session_(std::move(session)),
      device_gate_(std::move(device_gate)),
      noise_(std::size_t(info.horizon) * info.model_action_dim) {
  check_gate_options(gate, info.image_size, info.image_size);
  if (reuse.execute < 0 || reuse.execute > info.horizon) {
    throw Error("option execute",
                fmt::format("expected 0 to {} steps (the policy's horizon), got {}", info.horizon, reuse.execute));
  }
  executed_.reserve(std::size_t(kUsualAge) * std::size_t(info.action_dim));
  reset(0);
}

void ReusePolicy::reset(std::uint64_t seed) {
  anchor_.valid = false;
  held_.details.importance.n_cameras = 0;
  executed_.clear();
  age_ = 0;
  reset_gate(gate_state_, seed);
  rng_ = Rng(mix_seed(seed, kNoiseStream));
  if (reuse_.noise == NoiseKind::kEpisode) draw_noise();
}

ActResult ReusePolicy::act(const Observation& observation) {
  const Stopwatch total;
  check_observation(observation, info_);
  if (reuse_.gate_device == GateDevice::kCuda) check_places(observation, gate_, reuse_.mode);

  ActResult result;
  const Stopwatch gate_time;
  result.decision = decide_step(observation);
  result.timing.gate_ms = gate_time.ms();
  result.query_work = result.decision.verdict == Verdict::kRecompute ? full_query(observation, result.timing)
                                                                     : reuse_step(observation, result.timing);

  const int row = age_ - held_.chunk_age;
  AWD_CHECK(row >= 0 && row < held_.chunk.horizon, "row {} of {}", row, held_.chunk.horizon);
  result.action = held_.chunk.row(row);
  executed_.insert(executed_.end(), result.action.begin(), result.action.end());
  ++age_;
  result.timing.total_ms = total.ms();
  return result;
}

std::span<const float> ReusePolicy::planned() const {
  const std::size_t first = std::size_t(age_ - held_.chunk_age) * std::size_t(info_.action_dim);
  const std::span<const float> chunk = held_.chunk.values;
  return chunk.subspan(std::min(first, chunk.size()));
}

Frame ReusePolicy::frame_of(const Observation& observation) {
  return {.cameras = observation.cameras,
          .state = observation.state,
          .joints = observation.joints,
          .age = age_,
          .robot_masks = observation.robot_masks,
          .executed = executed_,
          .planned = planned(),
          .action_dim = info_.action_dim,
          .event = !observation.event.empty(),
          .signals = device_gate_ != nullptr ? device_gate_->signals() : std::span<const PictureSignals>{}};
}

/// The runtime's own rules, then the gate, whose memory sees every step. With `explain` the gate scores the step even
/// if the horizon decides it.
Decision ReusePolicy::decide_step(const Observation& observation) {
  if (device_gate_ != nullptr) start_look(observation, *device_gate_);
  const Frame frame = frame_of(observation);
  if (!anchor_.valid || !same_input(observation)) {
    observe(frame, gate_, gate_state_);
    if (!anchor_.valid) return {};
    return {.verdict = Verdict::kRecompute, .reason = Reason::kNewInput, .age = age_};
  }
  if (age_ < max_age_) return decide(frame, anchor_, gate_, gate_state_);

  Decision decision{.verdict = Verdict::kRecompute, .reason = Reason::kHorizon, .age = age_};
  if (gate_.explain) {
    decision.scores = decide(frame, anchor_, gate_, gate_state_).scores;
  } else {
    observe(frame, gate_, gate_state_);
  }
  return decision;
}

bool ReusePolicy::same_input(const Observation& observation) const {
  for (int c = 0; c < anchor_.n_cameras; ++c) {
    if (observation.cameras[c].empty() == anchor_.cameras[c].present) return false;
  }
  return observation.prompt == prompt_;
}

/// Vision, prefix and denoising; the step becomes the anchor. Nothing counts as held if any part throws.
double ReusePolicy::full_query(const Observation& observation, StepTiming& timing) {
  anchor_.valid = false;
  const EncodeTiming encode =
      session_->encode_planned(observation, {.hold_vision = mode_->traits().holds_vision}, held_.cache);
  timing.vision_ms = encode.vision_ms;
  timing.prefix_ms = encode.prefix_ms;

  Stopwatch stage;
  if (reuse_.noise == NoiseKind::kFresh) draw_noise();
  session_->denoise_from(held_.cache, observation.state, {.x = noise_}, held_.chunk, &held_.details);
  timing.denoise_ms = stage.lap_ms();

  held_.chunk_age = 0;
  prompt_.assign(observation.prompt);
  executed_.clear();
  age_ = 0;
  set_anchor(frame_of(observation), held_.details.importance, gate_, anchor_);
  if (device_gate_ != nullptr) hold_look(held_.details.importance, gate_, *device_gate_);
  mode_->hold(observation, held_);
  timing.gate_ms += stage.ms();
  return encode.work;
}

double ReusePolicy::reuse_step(const Observation& observation, StepTiming& timing) {
  anchor_.valid = false;  // until the mode is done: nothing counts as held if it throws
  if (reuse_.noise == NoiseKind::kFresh && mode_->traits().makes_chunk) draw_noise();
  const double work = mode_->reuse(
      {.observation = observation, .age = age_, .noise = noise_, .session = *session_, .timing = timing}, held_);
  anchor_.valid = true;
  return work;
}

void ReusePolicy::draw_noise() {
  std::ranges::generate(noise_, [this] { return float(rng_.normal()); });
}

}  // namespace awd
