// Test support: a flow solved operation by operation, each in its plain form, so that what lies between them can be
// read.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/rng.h"
#include "engine/loaded_engine.h"
#include "engine/robot_io.h"

namespace awd {

/// One query whose flow starts from normal draws of Rng(seed).
class FlowByHand {
 public:
  /// `engine` must be one that Engine::load() made.
  explicit FlowByHand(const std::shared_ptr<const Engine>& engine)
      : engine_(std::dynamic_pointer_cast<const LoadedEngine>(engine)),
        session_(Session::create(engine_)),
        ops_(engine_->device->make_ops(1)),
        a_(make_activations(config_, *engine_->device)),
        ranges_(std::size_t(config_.llm.depth)) {}

  /// The largest numbers that the expert's MLPs multiply, by layer.
  std::vector<MlpRange> run(const Observation& observation, std::uint64_t seed) {
    session_->encode(observation, cache_);
    const Ops::Scope scope(*ops_);
    const PrefixCache::Impl& held = cache_.impl();
    ops_->hold(held.k.tensor(), held.v.tensor(), held.tokens, *a_.held);
    const Tensor& x = a_.suffix.x.tensor();
    if (config_.has_state_token()) {
      std::vector<float> state(std::size_t(config_.model_state_dim));
      to_model_state(config_, engine_->norms, observation.state, state);
      ops_->upload(state, a_.state.tensor());
      ops_->linear(a_.state.tensor(), *expert_.state_in, x.row_range(0, 1), Write::kReplace);
      run_layers(0, 0, 1, config_.llm.depth - 1);  // the last layer ends with keys and values
    }
    Rng rng(seed);
    std::vector<float> noise(std::size_t(config_.horizon) * std::size_t(config_.model_action_dim));
    for (float& value : noise) value = float(rng.normal());
    ops_->upload(noise, a_.actions.tensor());
    const Tensor tokens = x.row_range(0, config_.horizon);
    for (int step = 0; step < engine_->model.flow_steps; ++step) {
      embed(step, tokens);
      run_layers(step, config_.has_state_token() ? 1 : 0, config_.horizon, config_.llm.depth);
      ops_->flow_step({.x = tokens,
                       .norm = expert_.norm(step, expert_.norms() - 1),
                       .normed = a_.action_hidden.tensor(),
                       .out = expert_.action_out.get(),
                       .velocity = a_.velocity.tensor(),
                       .actions = a_.actions.tensor(),
                       .factor = -1.f / float(engine_->model.flow_steps),
                       .in = nullptr,
                       .tokens = {}});
    }
    return ranges_;
  }

 private:
  void embed(int step, const Tensor& tokens) {
    if (expert_.modulated) {
      ops_->linear(a_.actions.tensor(), *expert_.action_in, tokens, Write::kReplace);
      return;
    }
    const Tensor hidden = a_.action_hidden.tensor();
    ops_->linear(a_.actions.tensor(), *expert_.action_in, a_.action_tokens.tensor(), Write::kReplace);
    ops_->copy_rows(expert_.time_rows.tensor().row_range(step, 1), hidden);
    ops_->linear(a_.action_tokens.tensor(), *expert_.action_time_in, hidden, Write::kAdd);
    ops_->silu(hidden);
    ops_->linear(hidden, *expert_.action_time_out, tokens, Write::kReplace);
  }

  /// `rows` tokens behind the first `before`; the first `mlps` layers have an MLP that runs.
  void run_layers(int step, int before, int rows, int mlps) {
    for (int layer = 0; layer < config_.llm.depth; ++layer) {
      run_attention(layer, step, before, rows);
      if (layer < mlps) run_mlp(layer, step, rows);
    }
  }

  void run_attention(int layer, int step, int before, int rows) {
    const GemmaLayer& weights = expert_.layers[std::size_t(layer)];
    const Modulation norm = expert_.norm(step, 2 * layer);
    const auto first = [&](const Buffer& buffer) { return buffer.tensor().row_range(0, rows); };
    const auto own = [&](const Buffer& buffer) {
      return buffer.tensor().row_range(layer * config_.suffix_tokens(), before + rows);
    };
    const Tensor k = own(a_.suffix_k), v = own(a_.suffix_v);
    ops_->attention_inputs({.x = first(a_.suffix.x),
                            .norm = norm,
                            .normed = first(a_.suffix.normed),
                            .layer = weights.qkv.get(),
                            .angles = engine_->model.weights.angles.tensor().row_range(cache_.tokens() + before, rows),
                            .q_out = first(a_.suffix.q),
                            .k_out = k.row_range(before, rows),
                            .v_out = v.row_range(before, rows)});
    ops_->attention({.q = first(a_.suffix.q),
                     .k = k,
                     .v = v,
                     .out = first(a_.suffix.mixed),
                     .scores = a_.scores.tensor(),
                     .probabilities = a_.probabilities.tensor(),
                     .key_share = {},
                     .heads = config_.llm.heads,
                     .kv_heads = config_.llm.kv_heads,
                     .scale = 1.f / std::sqrt(float(config_.llm.head_dim)),
                     .held = a_.held.get(),
                     .held_layer = layer});
    ops_->add_branch(first(a_.suffix.mixed), *weights.o, norm.gate, first(a_.suffix.x), first(a_.suffix.branch));
  }

  void run_mlp(int layer, int step, int rows) {
    const GemmaLayer& weights = expert_.layers[std::size_t(layer)];
    const Modulation norm = expert_.norm(step, 2 * layer + 1);
    const auto first = [&](const Buffer& buffer) { return buffer.tensor().row_range(0, rows); };
    MlpRange& range = ranges_[std::size_t(layer)];
    ops_->rms_norm(first(a_.suffix.x), norm.scale, norm.shift, first(a_.suffix.normed));
    raise(range.normed, first(a_.suffix.normed));
    ops_->linear_geglu(first(a_.suffix.normed), *weights.gate_up, first(a_.suffix.hidden));
    raise(range.hidden, first(a_.suffix.hidden));
    ops_->add_branch(first(a_.suffix.hidden), *weights.down, norm.gate, first(a_.suffix.x), first(a_.suffix.branch));
  }

  void raise(float& most, const Tensor& rows) {
    std::vector<float> values(std::size_t(rows.rows) * std::size_t(rows.cols));
    ops_->download(rows, values);
    for (const float value : values) most = std::max(most, std::abs(value));
  }

  std::shared_ptr<const LoadedEngine> engine_;
  const ModelConfig& config_ = engine_->model.config;
  const ExpertWeights& expert_ = engine_->model.weights.expert;
  std::unique_ptr<Session> session_;
  std::unique_ptr<Ops> ops_;
  Activations a_;
  PrefixCache cache_;
  std::vector<MlpRange> ranges_;
};

}  // namespace awd
