// One Gemma layer: attention over held and own tokens, then the gated MLP.
#include "engine/gemma.h"

#include <cmath>

namespace awd {
namespace {

/// x += gate * layer(input), where a plain norm has no gate.
void add_branch(const Linear& layer, const Tensor& input, const Modulation& norm, const Tensor& x, const Tensor& branch,
                Ops& ops) {
  if (norm.gate.empty()) {
    ops.linear(input, layer, x, Write::kAdd);
    return;
  }
  ops.linear(input, layer, branch, Write::kReplace);
  ops.add_gated(x, branch, norm.gate);
}

}  // namespace

void gemma_keys_values(const GemmaCall& call, Ops& ops, const GemmaActivations& buffers) {
  const bool is_last = call.at.empty();
  const Tensor normed = buffers.normed.tensor().row_range(0, call.rows);
  const auto own = [&](const Tensor& held, const Buffer& gathered) {
    return is_last ? held.row_range(held.rows - call.rows, call.rows) : gathered.tensor().row_range(0, call.rows);
  };
  const Tensor k = own(call.k, buffers.k);
  const Tensor v = own(call.v, buffers.v);
  ops.rms_norm(buffers.x.tensor().row_range(0, call.rows), call.input_norm.scale, call.input_norm.shift, normed);
  ops.linear(normed, *call.weights.k, k, Write::kReplace);
  ops.linear(normed, *call.weights.v, v, Write::kReplace);
  ops.rope(k, call.angles);
  if (is_last) return;
  ops.scatter_rows(k, call.at, call.k);
  ops.scatter_rows(v, call.at, call.v);
}

void gemma_layer(const GemmaCall& call, const ModelConfig& config, Ops& ops, Activations& activations,
                 const GemmaActivations& buffers) {
  const auto rows = [&](const Buffer& buffer) { return buffer.tensor().row_range(0, call.rows); };
  const Tensor x = rows(buffers.x);
  const Tensor normed = rows(buffers.normed);
  const Tensor q = rows(buffers.q);

  gemma_keys_values(call, ops, buffers);
  ops.linear(normed, *call.weights.q, q, Write::kReplace);
  ops.rope(q, call.angles);
  ops.attention({.q = q,
                 .k = call.k,
                 .v = call.v,
                 .out = rows(buffers.mixed),
                 .scores = activations.scores.tensor(),
                 .probabilities = activations.probabilities.tensor(),
                 .key_share = call.key_share,
                 .heads = config.llm.heads,
                 .kv_heads = config.llm.kv_heads,
                 .scale = 1.f / std::sqrt(float(config.llm.head_dim))});
  add_branch(*call.weights.o, rows(buffers.mixed), call.input_norm, x, rows(buffers.branch), ops);

  ops.rms_norm(x, call.post_norm.scale, call.post_norm.shift, normed);
  ops.linear_geglu(normed, *call.weights.gate_up, rows(buffers.hidden));
  add_branch(*call.weights.down, rows(buffers.hidden), call.post_norm, x, rows(buffers.branch), ops);
}

}  // namespace awd
