// One control step: the runtime's own rules, then the gate; then a full query, a restart on the held prefix KV cache,
// or the next row of the held chunk.
#include "runtime/reuse_policy.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "awd/error.h"
#include "base/check.h"
#include "base/clock.h"
#include "runtime/observation_check.h"

namespace awd {
namespace {

/// Keeps the policy's noise apart from other users of the same episode seed (scene placement, scenario).
constexpr std::uint64_t kNoiseStream = 0x6e6f697365;  // "noise"

PolicyInfo policy_info(const EngineInfo& info) {
  return {.name = info.name,
          .cameras = info.cameras,
          .image_size = info.image_size,
          .state_dim = info.state_dim,
          .action_dim = info.action_dim,
          .horizon = info.horizon};
}

Frame frame_of(const Observation& observation, int age) {
  return {.cameras = observation.cameras, .state = observation.state, .joints = observation.joints, .age = age};
}

/// Steps after which a query is due whatever the gate says. `aligned` executes row `age`, which must exist. `restart`
/// executes row 0 of a chunk denoised at this very step: no row runs out, and the study set no limit.
int longest_reuse(const ReuseOptions& reuse, int horizon) {
  if (reuse.execute > 0) return reuse.execute;
  return reuse.mode == ReuseMode::kRestart ? std::numeric_limits<int>::max() : horizon;
}

}  // namespace

ReusePolicy::ReusePolicy(const EngineInfo& info, std::unique_ptr<Session> session, const GateOptions& gate,
                         const ReuseOptions& reuse)
    : info_(policy_info(info)),
      gate_(gate),
      reuse_(reuse),
      max_age_(longest_reuse(reuse, info.horizon)),
      session_(std::move(session)),
      noise_(std::size_t(info.horizon) * info.model_action_dim) {
  check_gate_options(gate, info.image_size, info.image_size);
  if (reuse.execute < 0 || reuse.execute > info.horizon) {
    throw Error("option execute",
                fmt::format("expected 0 to {} steps (the policy's horizon), got {}", info.horizon, reuse.execute));
  }
  reset(0);
}

void ReusePolicy::reset(std::uint64_t seed) {
  anchor_.valid = false;
  importance_.n_cameras = 0;
  age_ = 0;
  gate_state_ = {};
  rng_ = Rng(mix_seed(seed, kNoiseStream));
  if (reuse_.noise == NoiseKind::kEpisode) draw_noise();
}

ActResult ReusePolicy::act(const Observation& observation) {
  const Stopwatch total;
  check_observation(observation, info_);

  StepTiming timing;
  const Stopwatch gate_time;
  const Decision decision = decide_step(observation);
  timing.gate_ms = gate_time.ms();

  int row = 0;
  if (decision.verdict == Verdict::kRecompute) {
    full_query(observation, timing);
  } else if (reuse_.mode == ReuseMode::kRestart) {
    restart(observation, timing);
  } else {
    row = age_;
  }
  AWD_CHECK(row < chunk_.horizon, "row {} of {}", row, chunk_.horizon);
  ++age_;
  timing.total_ms = total.ms();
  return {.action = chunk_.row(row), .decision = decision, .timing = timing};
}

/// The runtime's own rules, then the gate. With `explain` the gate scores the step even if a rule of ours decides it.
Decision ReusePolicy::decide_step(const Observation& observation) {
  const Frame frame = frame_of(observation, age_);
  if (!anchor_.valid) return {};
  if (!same_input(observation)) return {.verdict = Verdict::kRecompute, .reason = Reason::kNewInput, .age = age_};
  if (age_ < max_age_) return decide(frame, anchor_, gate_, gate_state_);

  Decision decision{.verdict = Verdict::kRecompute, .reason = Reason::kHorizon, .age = age_};
  if (gate_.explain) decision.scores = decide(frame, anchor_, gate_, gate_state_).scores;
  return decision;
}

bool ReusePolicy::same_input(const Observation& observation) const {
  for (int c = 0; c < anchor_.n_cameras; ++c) {
    if (observation.cameras[c].empty() == anchor_.cameras[c].present) return false;
  }
  return observation.prompt == prompt_;
}

/// Vision, prefix and denoising; the step becomes the anchor. Nothing counts as held if any part throws.
void ReusePolicy::full_query(const Observation& observation, StepTiming& timing) {
  anchor_.valid = false;
  const EncodeTiming encode = session_->encode(observation, cache_);
  timing.vision_ms = encode.vision_ms;
  timing.prefix_ms = encode.prefix_ms;

  Stopwatch stage;
  if (reuse_.noise == NoiseKind::kFresh) draw_noise();
  session_->denoise(cache_, observation.state, noise_, chunk_, &importance_);
  timing.denoise_ms = stage.lap_ms();

  prompt_.assign(observation.prompt);
  age_ = 0;
  set_anchor(frame_of(observation, age_), importance_, gate_, anchor_);
  timing.gate_ms += stage.ms();
}

/// The original proposal: a new flow on the held KV cache with the current state.
void ReusePolicy::restart(const Observation& observation, StepTiming& timing) {
  const Stopwatch stage;
  if (reuse_.noise == NoiseKind::kFresh) draw_noise();
  session_->denoise(cache_, observation.state, noise_, chunk_, nullptr);
  timing.denoise_ms = stage.ms();
}

void ReusePolicy::draw_noise() {
  std::ranges::generate(noise_, [this] { return float(rng_.normal()); });
}

}  // namespace awd
