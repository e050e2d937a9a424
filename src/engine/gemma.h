// The Gemma layer that the prefix LM and the action expert share.
#pragma once

#include <span>

#include "backend/ops.h"
#include "engine/activations.h"
#include "engine/weights.h"

namespace awd {

/// Looks at the rows that the products of a tower's MLPs multiply.
class MlpObserver {
 public:
  virtual ~MlpObserver() = default;
  /// Of one layer: `normed` [rows, width] into the gated unit, `hidden` [rows, mlp] into the down projection; compute.
  virtual void see(int layer, const Tensor& normed, const Tensor& hidden, Ops& ops) = 0;
};

/// Who looks at a query, tower by tower; each may be missing.
struct MlpObservers {
  MlpObserver* prefix = nullptr;
  MlpObserver* expert = nullptr;
};

/// One run of tokens through one layer. Their keys and values are written behind those before, or over the rows `at` of
/// them.
struct GemmaCall {
  const GemmaLayer& weights;
  Modulation input_norm, post_norm;
  Tensor k, v;  // [before + rows, kv_width] compute; without `at`, the rows before are read, the others written
  HeldKeys* held = nullptr;  // optional: keys of a prefix that the tokens see too
  int layer = 0;             // its number, also in `held`
  Tensor angles;             // [rows, head_dim] f32
  Tensor key_share;          // optional [1 or heads, held tokens] f32, see AttentionArgs
  int rows = 0;
  bool is_live = false;         // the tokens are Ops::live() rows, and there are none before
  std::span<const int> at{};    // [rows] rows of k and v, or empty
  MlpObserver* mlps = nullptr;  // optional; what it looks at is downloaded, so the call cannot be recorded
};

/// Updates rows 0 .. call.rows - 1 of buffers.x; every token sees all rows of k and v.
void gemma_layer(const GemmaCall& call, const ModelConfig& config, Ops& ops, Activations& activations,
                 const GemmaActivations& buffers);

/// The part of gemma_layer that makes keys and values, for a layer whose output nobody reads.
void gemma_keys_values(const GemmaCall& call, Ops& ops, const GemmaActivations& buffers);

}  // namespace awd
