// The steps of pi0 and pi0.5 in the order of a query: image tokens, prefix, flow.
#include "engine/pi0.h"

#include "engine/gemma.h"
#include "engine/recording_names.h"
#include "engine/vision.h"

namespace awd {
namespace {

/// The suffix of one denoise call: how its tokens reach the layers of the expert.
class Suffix {
 public:
  Suffix(const Pi0& model, Ops& ops, Activations& activations, MlpObserver* mlps)
      : model_(model), expert_(model.weights.expert), ops_(ops), a_(activations), mlps_(mlps) {}

  /// The prefix that all tokens see, and the positions behind it.
  void hold(const PrefixCache::Impl& cache) {
    ops_.hold(cache.k.tensor(), cache.v.tensor(), cache.tokens, *a_.held);
    ops_.copy_rows(model_.weights.angles.tensor().row_range(cache.tokens, model_.config.suffix_tokens()),
                   a_.suffix_angles.tensor());
  }

  /// pi0: the state token sees the prefix and itself, never the actions, so its keys and values hold for all steps.
  void add_state_token() {
    ops_.linear(a_.state.tensor(), *expert_.state_in, a_.suffix.x.tensor().row_range(0, 1), Write::kReplace);
    const int depth = int(expert_.layers.size());
    for (int layer = 0; layer + 1 < depth; ++layer) {
      gemma_layer(call(layer, 0, 0, 1, {}), model_.config, ops_, a_, a_.suffix);
    }
    gemma_keys_values(call(depth - 1, 0, 0, 1, {}), ops_, a_.suffix);
  }

  /// Noisy actions -> tokens of the first step. pi0 mixes the time in here, pi0.5 in the norms.
  void embed_actions(int step) {
    if (expert_.modulated) {
      ops_.linear(a_.actions.tensor(), *expert_.action_in, tokens(), Write::kReplace);
      return;
    }
    const Tensor hidden = a_.action_hidden.tensor();
    ops_.linear(a_.actions.tensor(), *expert_.action_in, a_.action_tokens.tensor(), Write::kReplace);
    ops_.copy_rows(expert_.time_rows.tensor().row_range(step, 1), hidden);
    ops_.linear(a_.action_tokens.tensor(), *expert_.action_time_in, hidden, Write::kAdd);
    ops_.silu(hidden);
    ops_.linear(hidden, *expert_.action_time_out, tokens(), Write::kReplace);
  }

  /// x of the next time, and its tokens; key_share() gets `shares` rows for each of `layers`: 0, 1 or one per head.
  void step(int step, LayerRange layers, int shares) {
    const int horizon = model_.config.horizon;
    const int before = model_.config.has_state_token() ? 1 : 0;
    for (int layer = 0; layer < int(expert_.layers.size()); ++layer) {
      const bool is_seen = shares > 0 && layer >= layers.first && layer <= layers.last;
      const Tensor share = is_seen ? key_share((layer - layers.first) * shares, shares) : Tensor{};
      gemma_layer(call(layer, step, before, horizon, share), model_.config, ops_, a_, a_.suffix);
    }
    const bool is_last = step + 1 == model_.flow_steps;
    const bool goes_on = expert_.modulated && !is_last;
    ops_.flow_step({.x = tokens(),
                    .norm = expert_.norm(step, expert_.norms() - 1),
                    .normed = a_.action_hidden.tensor(),
                    .out = expert_.action_out.get(),
                    .velocity = a_.velocity.tensor(),
                    .actions = a_.actions.tensor(),
                    .factor = -1.f / float(model_.flow_steps),
                    .in = goes_on ? expert_.action_in.get() : nullptr,
                    .tokens = tokens()});
    if (!goes_on && !is_last) embed_actions(step + 1);
  }

  Tensor key_share(int first_row, int rows) const { return a_.key_share.tensor().row_range(first_row, rows); }

 private:
  Tensor tokens() const { return a_.suffix.x.tensor().row_range(0, model_.config.horizon); }

  /// `rows` tokens of the suffix behind the first `before`.
  GemmaCall call(int layer, int step, int before, int rows, const Tensor& key_share) const {
    const int first_row = layer * model_.config.suffix_tokens();
    return {.weights = expert_.layers[std::size_t(layer)],
            .input_norm = expert_.norm(step, 2 * layer),
            .post_norm = expert_.norm(step, 2 * layer + 1),
            .k = a_.suffix_k.tensor().row_range(first_row, before + rows),
            .v = a_.suffix_v.tensor().row_range(first_row, before + rows),
            .held = a_.held.get(),
            .layer = layer,
            .angles = a_.suffix_angles.tensor().row_range(before, rows),
            .key_share = key_share,
            .rows = rows,
            .mlps = mlps_};
  }

  const Pi0& model_;
  const ExpertWeights& expert_;
  Ops& ops_;
  Activations& a_;
  MlpObserver* mlps_;  // or null
};

/// Drops the rows of x that leave before `layer`. The residual branch is free between layers.
void drop_rows(const LayerRows& rows, int layer, Ops& ops, const GemmaActivations& buffers) {
  const Tensor staying = buffers.branch.tensor().row_range(0, rows.count(layer));
  ops.gather_rows(buffers.x.tensor(), rows.survivors(layer), staying);
  ops.copy_rows(staying, buffers.x.tensor().row_range(0, rows.count(layer)));
}

/// All layers of the prefix LM on rows that `rows` plans.
void run_prefix(const Pi0& model, const LayerRows& rows, Ops& ops, Activations& activations, PrefixCache::Impl& cache,
                MlpObserver* mlps = nullptr) {
  const LanguageWeights& language = model.weights.language;
  const Tensor& all_angles = model.weights.angles.tensor();
  const bool is_full = rows.is_full(model.config.llm.depth - 1);
  const auto cached = [&](const Buffer& all, int layer) {
    const Tensor of_layer = all.tensor().row_range(layer * cache.capacity, cache.capacity);
    return is_full ? ops.live(of_layer) : of_layer.row_range(0, cache.tokens);
  };
  Tensor angles = is_full ? ops.live(all_angles.row_range(0, cache.capacity)) : all_angles.row_range(0, rows.tokens());
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
                         .k = cached(cache.k, layer),
                         .v = cached(cache.v, layer),
                         .layer = layer,
                         .angles = angles,
                         .key_share = {},
                         .rows = rows.count(layer),
                         .is_live = is_full,
                         .at = rows.is_full(layer) ? std::span<const int>{} : rows.at(layer),
                         .mlps = mlps};
    if (layer + 1 < depth) {
      gemma_layer(call, model.config, ops, activations, activations.prefix);
    } else {
      gemma_keys_values(call, ops, activations.prefix);
    }
  }
}

}  // namespace

void embed_images(const Pi0& model, std::span<const Picture> pictures, int first_row, Ops& ops,
                  Activations& activations) {
  const int rows = int(pictures.size()) * model.config.patches();
  embed_pictures(pictures, model.weights.vision, model.config, ops, activations,
                 activations.prefix.x.tensor().row_range(first_row, rows));
}

void prefill(const Pi0& model, const LayerRows& rows, int text_tokens, Ops& ops, Activations& activations,
             PrefixCache::Impl& cache, MlpObserver* mlps) {
  ops.copy_rows(activations.text.tensor().row_range(0, text_tokens),
                activations.prefix.x.tensor().row_range(rows.tokens() - text_tokens, text_tokens));
  cache.tokens = rows.tokens();
  ops.set_live_rows(cache.tokens);
  if (mlps != nullptr || !rows.is_full(model.config.llm.depth - 1)) {
    run_prefix(model, rows, ops, activations, cache, mlps);
    return;
  }
  ops.run_recorded(prefix_recording(cache.memory_id), [&] { run_prefix(model, rows, ops, activations, cache); });
}

void denoise(const Pi0& model, const PrefixCache::Impl& cache, int first_step, Ops& ops, Activations& activations,
             AttentionObserver* observer, MlpObserver* mlps) {
  const int last_step = model.flow_steps - 1;
  const auto shares = [&](int step) {
    const bool is_observed = observer != nullptr && observer->wants(step);
    return !is_observed ? 0 : observer->wants_heads() ? model.config.llm.heads : 1;
  };
  const LayerRange layers = observer == nullptr ? LayerRange{} : observer->layers(model.config.llm.depth);
  Suffix suffix(model, ops, activations, mlps);
  const auto observe = [&](int step) {
    const int rows = layers.count() * shares(step);
    if (rows > 0) observer->see(step, suffix.key_share(0, rows).col_range(0, cache.tokens), ops);
  };
  suffix.hold(cache);
  if (mlps != nullptr || (shares(first_step) > 0 && first_step < last_step)) {  // looked at on the way: not recorded
    if (model.config.has_state_token()) suffix.add_state_token();
    suffix.embed_actions(first_step);
    for (int step = first_step; step <= last_step; ++step) {
      suffix.step(step, layers, shares(step));
      observe(step);
    }
    return;
  }
  ops.run_recorded(flow_recording(first_step, layers, shares(last_step)), [&] {
    if (model.config.has_state_token()) suffix.add_state_token();
    suffix.embed_actions(first_step);
    for (int step = first_step; step <= last_step; ++step) suffix.step(step, layers, shares(step));
  });
  observe(last_step);
}

}  // namespace awd
