// One Gemma layer: attention over held and own tokens, then the gated MLP.
#include "engine/gemma.h"

#include <cmath>

namespace awd {
namespace {

/// The rows of a session's buffer that the tokens of a call use.
Tensor rows_of(const GemmaCall& call, const Buffer& buffer, Ops& ops) {
  return call.is_live ? ops.live(buffer.tensor()) : buffer.tensor().row_range(0, call.rows);
}

/// Where the keys or values of the call's own tokens are written first.
Tensor own_rows(const GemmaCall& call, const Tensor& all, const Buffer& gathered, Ops& ops) {
  if (!call.at.empty()) return rows_of(call, gathered, ops);
  return call.is_live ? all : all.row_range(all.rows - call.rows, call.rows);
}

/// normed = norm of x; its keys, values and, if wanted, queries.
void attention_inputs(const GemmaCall& call, bool wants_queries, Ops& ops, const GemmaActivations& buffers) {
  const Tensor k = own_rows(call, call.k, buffers.k, ops);
  const Tensor v = own_rows(call, call.v, buffers.v, ops);
  ops.attention_inputs({.x = rows_of(call, buffers.x, ops),
                        .norm = call.input_norm,
                        .normed = rows_of(call, buffers.normed, ops),
                        .layer = call.weights.qkv.get(),
                        .angles = call.angles,
                        .q_out = wants_queries ? rows_of(call, buffers.q, ops) : Tensor{},
                        .k_out = k,
                        .v_out = v});
  if (call.at.empty()) return;
  ops.scatter_rows(k, call.at, call.k);
  ops.scatter_rows(v, call.at, call.v);
}

}  // namespace

void gemma_keys_values(const GemmaCall& call, Ops& ops, const GemmaActivations& buffers) {
  attention_inputs(call, false, ops, buffers);
}

void gemma_layer(const GemmaCall& call, const ModelConfig& config, Ops& ops, Activations& activations,
                 const GemmaActivations& buffers) {
  const auto rows = [&](const Buffer& buffer) { return rows_of(call, buffer, ops); };
  const Tensor x = rows(buffers.x);

  attention_inputs(call, true, ops, buffers);
  ops.attention({.q = rows(buffers.q),
                 .k = call.k,
                 .v = call.v,
                 .out = rows(buffers.mixed),
                 .scores = activations.scores.tensor(),
                 .probabilities = activations.probabilities.tensor(),
                 .key_share = call.key_share,
                 .heads = config.llm.heads,
                 .kv_heads = config.llm.kv_heads,
                 .scale = 1.f / std::sqrt(float(config.llm.head_dim)),
                 .held = call.held,
                 .held_layer = call.layer});
  ops.add_branch(rows(buffers.mixed), *call.weights.o, call.input_norm.gate, x, rows(buffers.branch));

  // add_mlp() itself may leave `normed` alone.
  if (call.mlps != nullptr) {
    ops.rms_norm(x, call.post_norm.scale, call.post_norm.shift, rows(buffers.normed));
  }
  ops.add_mlp({.x = x,
               .norm = call.post_norm,
               .normed = rows(buffers.normed),
               .gate_up = call.weights.gate_up.get(),
               .hidden = rows(buffers.hidden),
               .down = call.weights.down.get(),
               .branch = rows(buffers.branch)});
  if (call.mlps == nullptr) return;
  const auto seen = [&](const Buffer& buffer) { return buffer.tensor().row_range(0, call.rows); };
  call.mlps->see(call.layer, seen(buffers.normed), seen(buffers.hidden), ops);
}

}  // namespace awd
