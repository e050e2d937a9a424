// Uniform maps, and maps from encode + denoise.
#include "cli/importance_source.h"

namespace awd::cli {

const ImportanceMaps& UniformImportance::query(const Observation& observation) {
  maps_.n_cameras = int(observation.cameras.size());
  for (auto& map : maps_.map) map.fill(1.0f / float(kPatchGrid * kPatchGrid));
  return maps_;
}

PolicyImportance::PolicyImportance(std::shared_ptr<const Engine> engine)
    : noise_(std::size_t(engine->info().horizon) * std::size_t(engine->info().model_action_dim), 0.0f) {
  session_ = Session::create(std::move(engine));
}

const ImportanceMaps& PolicyImportance::query(const Observation& observation) {
  session_->encode(observation, cache_);
  session_->denoise(cache_, observation.state, noise_, chunk_, &maps_);
  return maps_;
}

}  // namespace awd::cli
