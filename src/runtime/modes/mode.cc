// Picks a mode, and the two things most of them do: denoise on what is held, and query by a plan.
#include "runtime/modes/mode.h"

#include "base/check.h"
#include "base/clock.h"

namespace awd {

std::unique_ptr<Mode> make_mode(const ReuseOptions& options, const EngineInfo& info) {
  switch (options.mode) {
    case ReuseMode::kRestart:
      return make_restart();
    case ReuseMode::kAligned:
      return make_aligned();
    case ReuseMode::kRedenoise:
      return make_redenoise();
    case ReuseMode::kWarm:
      return make_warm(options, info);
    case ReuseMode::kCamera:
      return make_camera(options);
    case ReuseMode::kBaseOnly:
      return make_base_only(info);
    case ReuseMode::kToken:
      return make_token(options, info);
  }
  AWD_CHECK(false, "mode {}", int(options.mode));
  return nullptr;
}

void denoise_held(const ReuseStep& step, Held& held) {
  const Stopwatch watch;
  step.session.denoise(held.cache, step.observation.state, step.noise, held.chunk, nullptr);
  step.timing.denoise_ms = watch.ms();
}

double query_by_plan(const ReuseStep& step, const EncodePlan& plan, Held& held) {
  const EncodeTiming encode = step.session.encode_planned(step.observation, plan, held.cache);
  step.timing.vision_ms = encode.vision_ms;
  step.timing.prefix_ms = encode.prefix_ms;
  denoise_held(step, held);
  held.chunk_age = step.age;
  return encode.work;
}

}  // namespace awd
