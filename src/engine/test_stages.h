// Test support: a loaded policy run stage by stage on inputs that are already the model's own (token ids, normalised
// state), and everything that the stages compute.
#pragma once

#include <cmath>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/loaded_engine.h"

namespace awd {

struct StageInputs {
  std::vector<Picture> pictures;  // of the present cameras, in the model's order
  std::vector<int> tokens;        // of the prompt, without padding
  std::vector<float> state;       // [model_state_dim], normalised and padded
  std::vector<float> noise;       // [horizon, model_action_dim]
};

/// What one stage computes, row-major.
struct Stage {
  int rows = 0, cols = 0;
  std::vector<float> values;
};

/// By name: vision [image tokens, llm width]; k_first, v_first, k_last, v_last [prefix tokens, kv width]; velocities
/// [flow steps * horizon, model_action_dim]; modulations [flow steps * norms, 3 expert width] = scale | shift | gate,
/// pi0.5 only; actions and actions_again [horizon, model_action_dim], model units, from the same cache and noise.
using Stages = std::map<std::string, Stage>;

/// The forward pass of one query, taken apart.
class StageRunner {
 public:
  /// `engine` must be one that Engine::load() made.
  explicit StageRunner(const std::shared_ptr<const Engine>& engine)
      : engine_(std::dynamic_pointer_cast<const LoadedEngine>(engine)),
        config_(engine_->model.config),
        ops_(engine_->device->make_ops(engine_->threads)),
        activations_(make_activations(config_, *engine_->device)) {}

  const ModelConfig& config() const { return config_; }

  Stages run(const StageInputs& inputs) {
    const Ops::Scope scope(*ops_);
    Stages stages;
    run_prefix(inputs, stages);
    ops_->upload(inputs.state, activations_.state.tensor());
    for (const char* actions : {"actions", "actions_again"}) {
      Velocities velocities(activations_.velocity.tensor());
      ops_->upload(inputs.noise, activations_.actions.tensor());
      denoise(engine_->model, cache_.impl(), 0, *ops_, activations_, &velocities);
      stages[actions] = download(activations_.actions.tensor());
      stages["velocities"] = velocities.stage();
    }
    if (engine_->model.weights.expert.modulated) stages["modulations"] = modulations();
    return stages;
  }

 private:
  /// Keeps the velocity of every flow step.
  class Velocities : public AttentionObserver {
   public:
    explicit Velocities(const Tensor& velocity) : velocity_(velocity) { stage_.cols = velocity.cols; }
    bool wants(int) const override { return true; }
    void see(int, const Tensor&, Ops& ops) override {
      std::vector<float> values(std::size_t(velocity_.rows) * std::size_t(velocity_.cols));
      ops.download(velocity_, values);
      stage_.values.insert(stage_.values.end(), values.begin(), values.end());
      stage_.rows += velocity_.rows;
    }
    const Stage& stage() const { return stage_; }

   private:
    Tensor velocity_;
    Stage stage_;
  };

  void run_prefix(const StageInputs& inputs, Stages& stages) {
    cache_.impl().fit(engine_->device, config_);
    embed_images(engine_->model, inputs.pictures, 0, *ops_, activations_);
    const int image_tokens = int(inputs.pictures.size()) * config_.patches();
    stages["vision"] = download(activations_.prefix.x.tensor().row_range(0, image_tokens));

    const int width = config_.llm.width;
    std::vector<float> row(static_cast<std::size_t>(width));
    for (std::size_t i = 0; i < inputs.tokens.size(); ++i) {
      embed_token(engine_->model.weights, inputs.tokens[i], row);
      for (float& value : row) value *= std::sqrt(float(width));
      ops_->upload(row, activations_.text.tensor().row_range(int(i), 1));
    }
    LayerRows rows(config_.llm.depth, config_.max_prefix_tokens());
    rows.run_all(image_tokens + int(inputs.tokens.size()));
    prefill(engine_->model, rows, int(inputs.tokens.size()), *ops_, activations_, cache_.impl());
    const PrefixCache::Impl& cache = cache_.impl();
    stages["k_first"] = download(cache.layer_k(0));
    stages["v_first"] = download(cache.layer_v(0));
    stages["k_last"] = download(cache.layer_k(config_.llm.depth - 1));
    stages["v_last"] = download(cache.layer_v(config_.llm.depth - 1));
  }

  /// The engine keeps 1 + scale.
  Stage modulations() {
    Stage stage = download(engine_->model.weights.expert.norm_table.tensor());
    const int width = config_.expert.width;
    for (std::size_t i = 0; i < stage.values.size(); ++i) {
      if (int(i % std::size_t(stage.cols)) < width) stage.values[i] -= 1.f;
    }
    return stage;
  }

  Stage download(const Tensor& tensor) {
    Stage stage{tensor.rows, tensor.cols, std::vector<float>(std::size_t(tensor.rows) * std::size_t(tensor.cols))};
    ops_->download(tensor, stage.values);
    return stage;
  }

  std::shared_ptr<const LoadedEngine> engine_;
  const ModelConfig& config_;
  std::unique_ptr<Ops> ops_;
  Activations activations_;
  PrefixCache cache_;
};

}  // namespace awd
