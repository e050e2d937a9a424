// Test support: an engine session without a network. Its chunk tells what it was made from.
#pragma once

#include <algorithm>
#include <stdexcept>
#include <vector>

#include "awd/engine.h"

namespace awd {

/// Two cameras, 8 state and 7 action numbers, 6 actions per chunk.
inline EngineInfo fake_engine_info() {
  EngineInfo info;
  info.name = "fake";
  info.cameras = {"base", "wrist"};
  info.image_size = 224;
  info.state_dim = 8;
  info.action_dim = 7;
  info.model_action_dim = 7;
  info.horizon = 6;
  info.flow_steps = 10;
  info.depth = 2;
  return info;
}

/// What happened to the session, kept by the test.
struct FakeLog {
  int encodes = 0;
  int denoises = 0;
  std::vector<float> last_noise{};  // x of the last flow
  int last_step = 0;                // its first step
  EncodePlan last_plan{};           // without token_layers
  std::vector<std::uint8_t> last_layers{};
  bool fail_next_denoise = false;
};

/// Action row k, dimension d: {encode number, k, state[0], first byte of the base picture, noise[0], 0, 0}.
class FakeSession final : public Session {
 public:
  explicit FakeSession(FakeLog& log) : log_(log) {}

  EncodeTiming encode(const Observation& observation, PrefixCache& cache) override {
    return encode_planned(observation, {}, cache);
  }

  /// Work is half where anything is kept.
  EncodeTiming encode_planned(const Observation& observation, const EncodePlan& plan, PrefixCache& /*cache*/) override {
    ++log_.encodes;
    log_.last_layers.assign(plan.token_layers.begin(), plan.token_layers.end());
    log_.last_plan = plan;
    log_.last_plan.token_layers = {};
    picture_byte_ = observation.cameras[0].empty() ? 0 : observation.cameras[0].data[0];
    const bool keeps = plan.keep_vision != EncodePlan{}.keep_vision || !plan.token_layers.empty();
    return {.vision_ms = 1, .prefix_ms = 2, .work = keeps ? 0.5 : 1.0};
  }

  void denoise(const PrefixCache& cache, std::span<const float> state, std::span<const float> noise, ActionChunk& chunk,
               ImportanceMaps* importance) override {
    FlowDetails details;
    denoise_from(cache, state, {.x = noise}, chunk, importance == nullptr ? nullptr : &details);
    if (importance != nullptr) *importance = details.importance;
  }

  void denoise_from(const PrefixCache& /*cache*/, std::span<const float> state, const FlowStart& start,
                    ActionChunk& chunk, FlowDetails* details) override {
    if (log_.fail_next_denoise) {
      log_.fail_next_denoise = false;
      throw std::runtime_error("fake failure");
    }
    ++log_.denoises;
    log_.last_noise.assign(start.x.begin(), start.x.end());
    log_.last_step = start.step;
    const EngineInfo info = fake_engine_info();
    chunk.horizon = info.horizon;
    chunk.dim = info.action_dim;
    chunk.values.resize(std::size_t(info.horizon) * info.action_dim);
    for (int k = 0; k < info.horizon; ++k) {
      const float row[] = {float(log_.encodes), float(k), state[0], picture_byte_, start.x[0], 0, 0};
      std::copy_n(row, info.action_dim, chunk.values.begin() + std::ptrdiff_t(k) * info.action_dim);
    }
    if (details == nullptr) return;
    details->actions = chunk.values;
    details->layer_entropy = {4.f, 2.f};
    details->importance.n_cameras = 2;
    for (int c = 0; c < 2; ++c) details->importance.map[c].fill(1.0f / (kPatchGrid * kPatchGrid));
  }

 private:
  FakeLog& log_;
  float picture_byte_ = 0;
};

}  // namespace awd
