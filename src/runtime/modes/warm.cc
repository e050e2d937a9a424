// Mode warm: vision and prefix run in full, but the flow starts from the plan that is held. With the held chunk's model
// actions a, age k since its first row, and noise z:  x_t0[i] = t0 z[i] + (1 - t0) a[min(i + k, H - 1)],
// then the solver's steps from t0 to 0. Saves solver steps only.
#include <algorithm>
#include <cmath>

#include "base/clock.h"
#include "runtime/modes/mode.h"

namespace awd {
namespace {

class Warm final : public Mode {
 public:
  Warm(const ReuseOptions& options, const EngineInfo& info)
      : Mode({.is_stale = false}),
        rows_(info.horizon),
        columns_(info.model_action_dim),
        first_step_(info.flow_steps - steps_left(options.warm_time, info.flow_steps)),
        start_time_(1.f - float(first_step_) / float(info.flow_steps)),
        x_(std::size_t(rows_) * std::size_t(columns_)) {
    flow_.wants_importance = false;
  }

  void hold(const Observation& /*observation*/, const Held& held) override { flow_.actions = held.details.actions; }

  double reuse(const ReuseStep& step, Held& held) override {
    const EncodeTiming encode = step.session.encode(step.observation, held.cache);
    step.timing.vision_ms = encode.vision_ms;
    step.timing.prefix_ms = encode.prefix_ms;
    const Stopwatch watch;
    renoise(step.age - held.chunk_age, step.noise);
    step.session.denoise_from(held.cache, step.observation.state, {.x = x_, .step = first_step_}, held.chunk, &flow_);
    held.chunk_age = step.age;
    step.timing.denoise_ms = watch.ms();
    return encode.work;
  }

 private:
  static int steps_left(double time, int flow_steps) {
    constexpr double kRounding = 1e-6;  // 0.3 x 10 is three steps, not four
    return std::clamp(int(std::ceil(time * flow_steps - kRounding)), 1, flow_steps);
  }

  /// x_ = the held plan, `shift` rows on, at the time of first_step_. Its last row stands for all behind it.
  void renoise(int shift, std::span<const float> noise) {
    const auto columns = std::size_t(columns_);
    for (int i = 0; i < rows_; ++i) {
      const std::size_t plan_row = std::size_t(std::min(i + shift, rows_ - 1)) * columns;
      for (std::size_t j = 0; j < columns; ++j) {
        const std::size_t at = std::size_t(i) * columns + j;
        x_[at] = start_time_ * noise[at] + (1.f - start_time_) * flow_.actions[plan_row + j];
      }
    }
  }

  int rows_, columns_;
  int first_step_;
  float start_time_;
  std::vector<float> x_;  // [horizon, model_action_dim]
  FlowDetails flow_;      // of the held chunk
};

}  // namespace

std::unique_ptr<Mode> make_warm(const ReuseOptions& options, const EngineInfo& info) {
  return std::make_unique<Warm>(options, info);
}

}  // namespace awd
