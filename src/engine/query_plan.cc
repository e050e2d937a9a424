// Checks and completes encode plans.
#include "engine/query_plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "awd/error.h"
#include "engine/query_work.h"

namespace awd {

QueryPlan::QueryPlan(const ModelConfig& config) : config_(config), rows_(config.llm.depth, config.max_prefix_tokens()) {
  layers_.reserve(std::size_t(config.max_prefix_tokens()));
}

int QueryPlan::layers_of(const EncodePlan& plan, int camera, int patch) const {
  if (plan.token_layers.empty()) return config_.llm.depth;
  return plan.token_layers[std::size_t(camera) * std::size_t(config_.patches()) + std::size_t(patch)];
}

void QueryPlan::make(const EncodePlan& plan, const std::array<bool, kMaxCameras>& present, const HeldParts& held) {
  const int cameras = int(config_.cameras.size());
  const int patches = config_.patches();
  if (!plan.token_layers.empty()) {
    if (int(plan.token_layers.size()) != cameras * patches) {
      throw Error("encode plan", fmt::format("token_layers: expected {} x {} values, got {}", cameras, patches,
                                             plan.token_layers.size()));
    }
    if (!held.any || held.present != present) {
      throw Error("encode plan", "token_layers: expected a cache of the same cameras, got an empty one or another set");
    }
  }
  sources_.fill(RowSource::kAbsent);
  for (int c = 0; c < cameras; ++c) {
    if (!present[std::size_t(c)]) continue;
    int deepest = 0;
    for (int i = 0; i < patches; ++i) deepest = std::max(deepest, layers_of(plan, c, i));
    RowSource& source = sources_[std::size_t(c)];
    source = deepest == 0 ? RowSource::kNothing : RowSource::kTower;
    if (source == RowSource::kNothing || !plan.keep_vision[std::size_t(c)]) continue;
    if (!held.any || !held.vision[std::size_t(c)]) {
      throw Error("encode plan",
                  fmt::format("keep_vision: expected a cache with the vision output of camera {}, got one without",
                              config_.cameras[std::size_t(c)]));
    }
    source = RowSource::kHeld;
  }
}

void QueryPlan::make_rows(const EncodePlan& plan, int text_tokens) {
  layers_.clear();
  for (int c = 0; c < int(config_.cameras.size()); ++c) {
    if (source(c) == RowSource::kAbsent) continue;
    for (int i = 0; i < config_.patches(); ++i) {
      layers_.push_back(source(c) == RowSource::kNothing ? LayerRows::kNoInput : layers_of(plan, c, i));
    }
  }
  layers_.insert(layers_.end(), std::size_t(text_tokens), config_.llm.depth);
  if (plan.token_layers.empty()) {
    rows_.run_all(int(layers_.size()));
  } else {
    rows_.run(layers_);
  }
}

double QueryPlan::share_of_work() const {
  const auto cameras = [&](RowSource of) { return double(std::ranges::count(sources_, of)); };
  const double tower = vision_work(config_);
  double ran = tower * cameras(RowSource::kTower);
  double full = tower * (double(sources_.size()) - cameras(RowSource::kAbsent));
  for (int layer = 0; layer < config_.llm.depth; ++layer) {
    ran += layer_work(config_, layer, rows_.count(layer), rows_.tokens());
    full += layer_work(config_, layer, rows_.tokens(), rows_.tokens());
  }
  return ran / full;
}

}  // namespace awd
