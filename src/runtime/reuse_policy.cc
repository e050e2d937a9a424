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

/// Steps after which a query is due whatever the gate says. A mode that executes rows of the anchor's chunk ends with
/// it; one that makes a chunk for the present step has no such end, and the study set no limit.
int longest_reuse(const Mode::Traits& mode, const ReuseOptions& reuse, int horizon) {
  int longest = mode.ends_with_chunk ? horizon : std::numeric_limits<int>::max();
  if (reuse.execute > 0) longest = reuse.execute;
  if (reuse.stale_limit > 0 && mode.is_stale) longest = std::min(longest, reuse.stale_limit + 1);
  return longest;
}

}  // namespace

PolicyInfo policy_info(const EngineInfo& info) {
  return {.name = info.name,
          .cameras = info.cameras,
          .image_size = info.image_size,
          .state_dim = info.state_dim,
          .action_dim = info.action_dim,
          .horizon = info.horizon};
}

ReusePolicy::ReusePolicy(const EngineInfo& info, std::unique_ptr<Session> session, const GateOptions& gate,
                         const ReuseOptions& reuse, std::unique_ptr<DeviceGate> device_gate)
    : info_(policy_info(info)),
      reuse_(reuse),
      mode_(make_mode(reuse, info)),
      session_(std::move(session)),
      rules_(gate, std::move(device_gate)),
      noise_(std::size_t(info.horizon) * info.model_action_dim) {
  check_gate_options(gate, info.image_size, info.image_size);
  if (reuse.execute < 0 || reuse.execute > info.horizon) {
    throw Error("option execute",
                fmt::format("expected 0 to {} steps (the policy's horizon), got {}", info.horizon, reuse.execute));
  }
  rules_.set_max_age(longest_reuse(mode_->traits(), reuse, info.horizon));
  reset(0);
}

void ReusePolicy::reset(std::uint64_t seed) {
  held_.details.importance.n_cameras = 0;
  rules_.reset(seed);
  rng_ = Rng(mix_seed(seed, kNoiseStream));
  if (reuse_.noise == NoiseKind::kEpisode) draw_noise();
}

ActResult ReusePolicy::act(const Observation& observation) {
  const Stopwatch total;
  check_observation(observation, info_);
  if (reuse_.gate_device == GateDevice::kCuda) check_places(observation, rules_.gate(), reuse_.mode);

  ActResult result;
  const Stopwatch gate_time;
  result.decision = rules_.decide(observation, planned());
  result.timing.gate_ms = gate_time.ms();
  result.query_work = result.decision.verdict == Verdict::kRecompute ? full_query(observation, result.timing)
                                                                     : reuse_step(observation, result.timing);

  const int row = rules_.age() - held_.chunk_age;
  AWD_CHECK(row >= 0 && row < held_.chunk.horizon, "row {} of {}", row, held_.chunk.horizon);
  result.action = held_.chunk.row(row);
  rules_.took(result.action);
  result.timing.total_ms = total.ms();
  return result;
}

std::span<const float> ReusePolicy::planned() const { return rest_of_chunk(rules_.age() - held_.chunk_age); }

std::span<const float> ReusePolicy::plan() const {
  if (!rules_.is_held()) return {};
  return rest_of_chunk(rules_.age() - held_.chunk_age - 1);
}

std::span<const float> ReusePolicy::rest_of_chunk(int first_row) const {
  const std::span<const float> chunk = held_.chunk.values;
  return chunk.subspan(std::min(std::size_t(std::max(first_row, 0)) * std::size_t(info_.action_dim), chunk.size()));
}

void ReusePolicy::skip(int steps) {
  if (!rules_.is_held()) return;
  // What lies further back than the longest reuse decides nothing.
  for (int k = 0; k < std::min(steps, rules_.max_age()); ++k) {
    const int row = std::min(rules_.age() - held_.chunk_age, held_.chunk.horizon - 1);
    rules_.took(held_.chunk.row(row));
  }
}

/// Vision, prefix and denoising; the step becomes the anchor. Nothing counts as held if any part throws.
double ReusePolicy::full_query(const Observation& observation, StepTiming& timing) {
  rules_.set_held(false);
  const EncodeTiming encode =
      session_->encode_planned(observation, {.hold_vision = mode_->traits().holds_vision}, held_.cache);
  timing.vision_ms = encode.vision_ms;
  timing.prefix_ms = encode.prefix_ms;

  Stopwatch stage;
  if (reuse_.noise == NoiseKind::kFresh) draw_noise();
  session_->denoise_from(held_.cache, observation.state, {.x = noise_}, held_.chunk, &held_.details);
  timing.denoise_ms = stage.lap_ms();

  held_.chunk_age = 0;
  rules_.hold(observation, held_.chunk.values, info_.action_dim, held_.details.importance);
  mode_->hold(observation, held_);
  timing.gate_ms += stage.ms();
  return encode.work;
}

double ReusePolicy::reuse_step(const Observation& observation, StepTiming& timing) {
  rules_.set_held(false);  // until the mode is done: nothing counts as held if it throws
  if (reuse_.noise == NoiseKind::kFresh && mode_->traits().makes_chunk) draw_noise();
  const double work = mode_->reuse(
      {.observation = observation, .age = rules_.age(), .noise = noise_, .session = *session_, .timing = timing},
      held_);
  rules_.set_held(true);
  return work;
}

void ReusePolicy::draw_noise() {
  std::ranges::generate(noise_, [this] { return float(rng_.normal()); });
}

}  // namespace awd
