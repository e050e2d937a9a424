// The steps of pi0 and pi0.5 in the order of a query: image tokens, prefix, flow.
#include "engine/pi0.h"

#include "engine/gemma.h"
#include "engine/vision.h"

namespace awd {
namespace {

/// The suffix of one denoise call: how its tokens reach the layers of the expert.
class Suffix {
 public:
  Suffix(const Pi0& model, const PrefixCache::Impl& cache, Ops& ops, Activations& activations)
      : model_(model), expert_(model.weights.expert), prefix_(cache.tokens), ops_(ops), a_(activations) {
    for (int layer = 0; layer < cache.depth; ++layer) {
      ops.copy_rows(cache.layer_k(layer), joint(a_.joint_k, layer, prefix_));
      ops.copy_rows(cache.layer_v(layer), joint(a_.joint_v, layer, prefix_));
    }
  }

  /// pi0: the state token sees the prefix and itself, never the actions, so its keys and values hold for all steps.
  void add_state_token() {
    ops_.linear(a_.state.tensor(), *expert_.state_in, a_.suffix.x.tensor().row_range(0, 1), Write::kReplace);
    const int depth = int(expert_.layers.size());
    for (int layer = 0; layer + 1 < depth; ++layer) {
      gemma_layer(call(layer, 0, prefix_, 1, {}), model_.config, ops_, a_, a_.suffix);
    }
    gemma_keys_values(call(depth - 1, 0, prefix_, 1, {}), ops_, a_.suffix);
    held_ = prefix_ + 1;
  }

  /// activations.velocity = v(x, t of this step); key_share() gets `shares` rows per layer: 0, 1 or one per head.
  void velocity(int step, int shares) {
    const int horizon = model_.config.horizon;
    embed_actions(step);
    for (int layer = 0; layer < int(expert_.layers.size()); ++layer) {
      const Tensor share = shares > 0 ? key_share(layer * shares, shares) : Tensor{};
      const GemmaCall layer_call = call(layer, step, held_, horizon, share);
      gemma_layer(layer_call, model_.config, ops_, a_, a_.suffix);
    }
    const Modulation final_norm = expert_.norm(step, expert_.norms() - 1);
    ops_.rms_norm(a_.suffix.x.tensor().row_range(0, horizon), final_norm.scale, final_norm.shift,
                  a_.action_hidden.tensor());
    ops_.linear(a_.action_hidden.tensor(), *expert_.action_out, a_.velocity.tensor(), Write::kReplace);
  }

  Tensor key_share(int first_row, int rows) const {
    return a_.key_share.tensor().row_range(first_row, rows).col_range(0, held_ + model_.config.horizon);
  }

 private:
  /// Noisy actions -> tokens. pi0 mixes the time in here, pi0.5 in the norms.
  void embed_actions(int step) {
    const Tensor tokens = a_.suffix.x.tensor().row_range(0, model_.config.horizon);
    if (expert_.modulated) {
      ops_.linear(a_.actions.tensor(), *expert_.action_in, tokens, Write::kReplace);
      return;
    }
    const Tensor hidden = a_.action_hidden.tensor();
    ops_.linear(a_.actions.tensor(), *expert_.action_in, a_.action_tokens.tensor(), Write::kReplace);
    ops_.copy_rows(expert_.time_rows.tensor().row_range(step, 1), hidden);
    ops_.linear(a_.action_tokens.tensor(), *expert_.action_time_in, hidden, Write::kAdd);
    ops_.silu(hidden);
    ops_.linear(hidden, *expert_.action_time_out, tokens, Write::kReplace);
  }

  GemmaCall call(int layer, int step, int held, int rows, const Tensor& key_share) const {
    return {.weights = expert_.layers[std::size_t(layer)],
            .input_norm = expert_.norm(step, 2 * layer),
            .post_norm = expert_.norm(step, 2 * layer + 1),
            .k = joint(a_.joint_k, layer, held + rows),
            .v = joint(a_.joint_v, layer, held + rows),
            .angles = model_.weights.angles.tensor().row_range(held, rows),
            .key_share = key_share,
            .rows = rows};
  }

  Tensor joint(const Buffer& buffer, int layer, int rows) const {
    return buffer.tensor().row_range(layer * a_.joint_capacity, rows);
  }

  const Pi0& model_;
  const ExpertWeights& expert_;
  const int prefix_;    // valid prefix tokens
  int held_ = prefix_;  // tokens in front of the actions
  Ops& ops_;
  Activations& a_;
};

/// Drops the rows of x that leave before `layer`. The residual branch is free between layers.
void drop_rows(const LayerRows& rows, int layer, Ops& ops, const GemmaActivations& buffers) {
  const Tensor staying = buffers.branch.tensor().row_range(0, rows.count(layer));
  ops.gather_rows(buffers.x.tensor(), rows.survivors(layer), staying);
  ops.copy_rows(staying, buffers.x.tensor().row_range(0, rows.count(layer)));
}

}  // namespace

void embed_images(const Pi0& model, std::span<const Picture> pictures, int first_row, Ops& ops,
                  Activations& activations) {
  const int rows = int(pictures.size()) * model.config.patches();
  embed_pictures(pictures, model.weights.vision, model.config, ops, activations,
                 activations.prefix.x.tensor().row_range(first_row, rows));
}

void prefill(const Pi0& model, const LayerRows& rows, int text_tokens, Ops& ops, Activations& activations,
             PrefixCache::Impl& cache) {
  const LanguageWeights& language = model.weights.language;
  const Tensor& all_angles = model.weights.angles.tensor();
  ops.copy_rows(activations.text.tensor().row_range(0, text_tokens),
                activations.prefix.x.tensor().row_range(rows.tokens() - text_tokens, text_tokens));
  cache.tokens = rows.tokens();
  Tensor angles = all_angles.row_range(0, rows.tokens());
  const int depth = model.config.llm.depth;
  for (int layer = 0; layer < depth; ++layer) {
    if (rows.shrinks(layer)) {
      drop_rows(rows, layer, ops, activations.prefix);
      angles = activations.row_angles.tensor().row_range(0, rows.count(layer));
      ops.gather_rows(all_angles, rows.at(layer), angles);
    }
    const GemmaCall call{.weights = language.layers[std::size_t(layer)],
                         .input_norm = language.norm(2 * layer),
                         .post_norm = language.norm(2 * layer + 1),
                         .k = cache.layer_k(layer),
                         .v = cache.layer_v(layer),
                         .angles = angles,
                         .key_share = {},
                         .rows = rows.count(layer),
                         .at = rows.is_full(layer) ? std::span<const int>{} : rows.at(layer)};
    if (layer + 1 < depth) {
      gemma_layer(call, model.config, ops, activations, activations.prefix);
    } else {
      gemma_keys_values(call, ops, activations.prefix);
    }
  }
}

void denoise(const Pi0& model, const PrefixCache::Impl& cache, int first_step, Ops& ops, Activations& activations,
             AttentionObserver* observer) {
  Suffix suffix(model, cache, ops, activations);
  if (model.config.has_state_token()) suffix.add_state_token();
  for (int step = first_step; step < model.flow_steps; ++step) {
    const bool is_observed = observer != nullptr && observer->wants(step);
    const int shares = !is_observed ? 0 : observer->wants_heads() ? model.config.llm.heads : 1;
    suffix.velocity(step, shares);
    if (is_observed) observer->see(step, suffix.key_share(0, model.config.llm.depth * shares), ops);
    ops.add_scaled(activations.actions.tensor(), activations.velocity.tensor(), -1.f / float(model.flow_steps));
  }
}

}  // namespace awd
