// encode + denoise_capturing with seeded noise.
#include "cli/attention/attention_source.h"

#include <algorithm>

#include "base/rng.h"

namespace awd::cli {

PolicyAttention::PolicyAttention(std::shared_ptr<const Engine> engine, ImportanceSource importance,
                                 const AttentionSelection& selection)
    : engine_(std::move(engine)),
      importance_(importance),
      selection_(selection),
      session_(Session::create(engine_)),
      noise_(std::size_t(engine_->info().horizon) * std::size_t(engine_->info().model_action_dim)) {
  const EngineInfo& info = engine_->info();
  capture_.wants_heads = !selection_.is_all_heads({info.depth, info.flow_steps, info.heads});
}

void PolicyAttention::encode(const Observation& observation, std::uint64_t seed) {
  Rng rng(seed);
  std::ranges::generate(noise_, [&rng] { return float(rng.normal()); });
  session_->encode(observation, cache_);
}

AttentionMaps PolicyAttention::query(const Observation& observation, std::uint64_t seed) {
  encode(observation, seed);
  if (importance_ == ImportanceSource::kAttention) {
    session_->denoise_capturing(cache_, observation.state, noise_, chunk_, capture_);
    return reduce_capture(capture_, selection_);
  }
  ImportanceMaps maps;
  session_->denoise(cache_, observation.state, noise_, chunk_, &maps);
  return from_importance(maps, int(engine_->info().cameras.size()));
}

AttentionCapture PolicyAttention::capture(const Observation& observation, std::uint64_t seed) {
  encode(observation, seed);
  AttentionCapture capture{.wants_heads = true};
  session_->denoise_capturing(cache_, observation.state, noise_, chunk_, capture);
  return capture;
}

}  // namespace awd::cli
