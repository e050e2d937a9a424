// A real policy of the runtime on a session that holds still: its queries cost nothing, so every step is cheap.
#include "cli/bench/reuse_timer.h"

#include <algorithm>
#include <memory>

#include "runtime/arm.h"
#include "runtime/reuse_policy.h"

namespace awd::cli {
namespace {

/// Answers at once: actions that do nothing, and every patch as important as the others.
class StillSession final : public Session {
 public:
  explicit StillSession(const EngineInfo& info) : info_(info) {}

  EncodeTiming encode(const Observation&, PrefixCache&) override { return {}; }
  EncodeTiming encode_planned(const Observation&, const EncodePlan&, PrefixCache&) override { return {}; }

  void denoise(const PrefixCache& cache, std::span<const float> state, std::span<const float> noise, ActionChunk& chunk,
               ImportanceMaps*) override {
    denoise_from(cache, state, {.x = noise}, chunk, nullptr);
  }

  void denoise_from(const PrefixCache&, std::span<const float>, const FlowStart&, ActionChunk& chunk,
                    FlowDetails* details) override {
    chunk.horizon = info_.horizon;
    chunk.dim = info_.action_dim;
    chunk.values.assign(std::size_t(info_.horizon) * std::size_t(info_.action_dim), 0.f);
    if (details == nullptr) return;
    details->actions.assign(std::size_t(info_.horizon) * std::size_t(info_.model_action_dim), 0.f);
    details->importance.n_cameras = int(info_.cameras.size());
    for (auto& map : details->importance.map) map.fill(1.f / (kPatchGrid * kPatchGrid));
  }

 private:
  EngineInfo info_;
};

}  // namespace

ReuseSamples time_reuse_steps(const EngineInfo& info, const BenchScene& scene, int count) {
  constexpr int kWarmUp = 50;    // steps
  constexpr int kPatience = 20;  // steps for each that shall reuse: at the least every second one can
  const Arm arm = parse_arm("awd-guarded");
  ReusePolicy policy(info, std::make_unique<StillSession>(info), arm.gate, arm.reuse);
  policy.reset(1);
  ReuseSamples samples;
  const auto limit = std::size_t(count);
  for (int step = 0; step < kWarmUp + kPatience * count && samples.gate_ms.size() < limit; ++step) {
    const ActResult result = policy.act(scene.observation(std::size_t(step)));
    if (step < kWarmUp || result.decision.verdict != Verdict::kReuse) continue;
    samples.gate_ms.push_back(result.timing.gate_ms);
    samples.aligned_ms.push_back(result.timing.total_ms);
  }
  return samples;
}

}  // namespace awd::cli
