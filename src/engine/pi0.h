// The forward pass of pi0 and pi0.5: image tokens, prefix, keys and values, denoise steps, actions.
#pragma once

#include <memory>
#include <span>

#include "engine/activations.h"
#include "engine/gemma.h"
#include "engine/kv_cache.h"
#include "engine/layer_range.h"
#include "engine/layer_rows.h"
#include "engine/weights.h"

namespace awd {

/// What the forward pass reads. Const, shared by sessions.
struct Pi0 {
  ModelConfig config;
  Weights weights;
  int flow_steps = 0;  // the weights hold this many modulations
};

/// Step 1: pictures -> the prefix' image rows `first_row` and following of activations.prefix.x, 256 a picture.
void embed_images(const Pi0& model, std::span<const Picture> pictures, int first_row, Ops& ops,
                  Activations& activations);

/// Step 2: image rows, then `text_tokens` rows of activations.text, through the LM; fills keys and values of `cache`.
/// `rows` says which of the tokens run through which layer; keys and values of the others stay as they are. `mlps`, if
/// not null, sees every layer that runs as a whole.
void prefill(const Pi0& model, const LayerRows& rows, int text_tokens, Ops& ops, Activations& activations,
             PrefixCache::Impl& cache, MlpObserver* mlps = nullptr);

/// Looks at the expert's attention while a flow is solved.
class AttentionObserver {
 public:
  virtual ~AttentionObserver() = default;
  virtual bool wants(int step) const = 0;
  virtual bool wants_heads() const { return false; }
  /// Of an expert of `depth` layers, those whose attention it wants to see.
  virtual LayerRange layers(int depth) const { return {0, depth - 1}; }
  /// `key_share` [layers, prefix tokens] f32: per layer, the mean over heads and action rows of the attention to each
  /// token of the prefix; with wants_heads() [layers * heads, prefix tokens], the mean over action rows.
  virtual void see(int step, const Tensor& key_share, Ops& ops) = 0;
};

/// Step 3: solves the flow in activations.actions (x at the time of `first_step` in, actions out, model units) on a
/// held cache. activations.state holds the padded, normalised state; read where the model has a state token. `mlps`, if
/// not null, sees every layer of the expert that runs as a whole: once for the state token, once per step for the
/// actions.
void denoise(const Pi0& model, const PrefixCache::Impl& cache, int first_step, Ops& ops, Activations& activations,
             AttentionObserver* observer, MlpObserver* mlps = nullptr);

}  // namespace awd
