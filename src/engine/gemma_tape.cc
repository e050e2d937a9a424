// The forward pass of a Gemma layer with its intermediate results kept, and the same steps backwards.
#include "engine/gemma_tape.h"

#include <algorithm>
#include <cmath>

namespace awd {

/// One layer of one run, its views cut out.
struct GemmaTape::Layer {
  const GemmaLayer& weights;
  const GemmaLayer& transposed;
  Modulation input_norm, post_norm;
  Tensor x, middle, next, q, gate_up;  // kept; `next` is the input of the layer above
  Tensor k, v, d_k, d_v;               // [held + rows, kv_width]
  Tensor angles;
  int rows;
  bool keys_values_only;

  /// The run's own rows of keys, values or their gradients.
  Tensor own(const Tensor& joint) const { return joint.row_range(joint.rows - rows, rows); }
  Tensor first_rows(const Buffer& buffer) const { return buffer.tensor().row_range(0, rows); }
};

namespace {

/// next = x + gate * layer(input), where a plain norm has no gate.
void add_branch(const Linear& layer, const Tensor& input, const Modulation& norm, const Tensor& x, const Tensor& branch,
                const Tensor& next, Ops& ops) {
  ops.copy_rows(x, next);
  if (norm.gate.empty()) {
    ops.linear(input, layer, next, Write::kAdd);
    return;
  }
  ops.linear(input, layer, branch, Write::kReplace);
  ops.add_gated(next, branch, norm.gate);
}

/// d_input of add_branch, from the gradient `d_x` of next, which is also that of x.
void branch_vjp(const Linear& transposed, const Tensor& d_x, const Modulation& norm, const Tensor& d_branch,
                const Tensor& d_input, Ops& ops, Vjp& vjp) {
  if (norm.gate.empty()) {
    ops.linear(d_x, transposed, d_input, Write::kReplace);
    return;
  }
  vjp.add_gated(d_x, norm.gate, d_branch);
  ops.linear(d_branch, transposed, d_input, Write::kReplace);
}

}  // namespace

TapedKeysValues::TapedKeysValues(const ModelConfig& config, const Device& device, int tokens)
    : capacity(tokens),
      k(device.allocate(config.llm.depth * tokens, config.kv_width(), DType::kF32)),
      v(device.allocate(config.llm.depth * tokens, config.kv_width(), DType::kF32)),
      d_k(device.allocate(config.llm.depth * tokens, config.kv_width(), DType::kF32)),
      d_v(device.allocate(config.llm.depth * tokens, config.kv_width(), DType::kF32)) {}

GemmaTape::GemmaTape(const ModelConfig& config, const Device& device, const Size& size)
    : config_(config), capacity_(size.rows), attention_scale_(1.f / std::sqrt(float(config.llm.head_dim))) {
  const int depth = config.llm.depth;
  const auto make = [&](int rows, int cols) { return device.allocate(rows, cols, DType::kF32); };
  x_ = make((depth + 1) * size.rows, size.width);
  middle_ = make(depth * size.rows, size.width);
  q_ = make(depth * size.rows, config.q_width());
  gate_up_ = make(depth * size.rows, 2 * size.mlp);
  normed_ = make(size.rows, size.width);
  branch_ = make(size.rows, size.width);
  mixed_ = make(size.rows, config.q_width());
  hidden_ = make(size.rows, size.mlp);
  const int scores = std::max(config.llm.heads, 2) * size.rows * size.keys;  // the backward pass needs two per head
  scores_ = make(1, scores);
  probabilities_ = make(1, scores);
  d_x_ = make(size.rows, size.width);
  d_q_ = make(size.rows, config.q_width());
  d_gate_up_ = make(size.rows, 2 * size.mlp);
}

GemmaTape::Layer GemmaTape::layer_of(const GemmaRun& run, int layer, const TapedKeysValues& joint) const {
  AWD_CHECK(run.rows <= capacity_ && run.held + run.rows <= joint.capacity);
  const auto seen = [&](const Buffer& buffer) {
    return buffer.tensor().row_range(layer * joint.capacity, run.held + run.rows);
  };
  return {.weights = run.layers[std::size_t(layer)],
          .transposed = run.transposed[std::size_t(layer)],
          .input_norm = run.norms[2 * std::size_t(layer)],
          .post_norm = run.norms[2 * std::size_t(layer) + 1],
          .x = at(x_, layer, run.rows),
          .middle = at(middle_, layer, run.rows),
          .next = at(x_, layer + 1, run.rows),
          .q = at(q_, layer, run.rows),
          .gate_up = at(gate_up_, layer, run.rows),
          .k = seen(joint.k),
          .v = seen(joint.v),
          .d_k = seen(joint.d_k),
          .d_v = seen(joint.d_v),
          .angles = run.angles,
          .rows = run.rows,
          .keys_values_only = !run.is_output_read && layer + 1 == config_.llm.depth};
}

void GemmaTape::forward(const Layer& l, Ops& ops) const {
  const Tensor normed = l.first_rows(normed_);
  const Tensor k = l.own(l.k);
  ops.rms_norm(l.x, l.input_norm.scale, l.input_norm.shift, normed);
  ops.linear(normed, *l.weights.qkv->k, k, Write::kReplace);
  ops.linear(normed, *l.weights.qkv->v, l.own(l.v), Write::kReplace);
  ops.rope(k, l.angles);
  if (l.keys_values_only) return;
  ops.linear(normed, *l.weights.qkv->q, l.q, Write::kReplace);
  ops.rope(l.q, l.angles);
  ops.attention({.q = l.q,
                 .k = l.k,
                 .v = l.v,
                 .out = l.first_rows(mixed_),
                 .scores = scores_.tensor(),
                 .probabilities = probabilities_.tensor(),
                 .key_share = {},
                 .heads = config_.llm.heads,
                 .kv_heads = config_.llm.kv_heads,
                 .scale = attention_scale_});
  add_branch(*l.weights.o, l.first_rows(mixed_), l.input_norm, l.x, l.first_rows(branch_), l.middle, ops);

  ops.rms_norm(l.middle, l.post_norm.scale, l.post_norm.shift, normed);
  ops.linear(normed, *l.weights.gate_up, l.gate_up, Write::kReplace);
  ops.geglu(l.gate_up, l.first_rows(hidden_));
  add_branch(*l.weights.down, l.first_rows(hidden_), l.post_norm, l.middle, l.first_rows(branch_), l.next, ops);
}

void GemmaTape::backward_mlp(const Layer& l, Ops& ops, Vjp& vjp) const {
  const Tensor d_x = l.first_rows(d_x_);
  const Tensor d_normed = l.first_rows(normed_);
  const Tensor d_hidden = l.first_rows(hidden_);
  const Tensor d_gate_up = l.first_rows(d_gate_up_);
  branch_vjp(*l.transposed.down, d_x, l.post_norm, l.first_rows(branch_), d_hidden, ops, vjp);
  vjp.geglu(l.gate_up, d_hidden, d_gate_up);
  ops.linear(d_gate_up, *l.transposed.gate_up, d_normed, Write::kReplace);
  vjp.rms_norm(l.middle, l.post_norm.scale, d_normed, d_x);
}

void GemmaTape::backward_attention(const Layer& l, Ops& ops, Vjp& vjp) const {
  const Tensor d_x = l.first_rows(d_x_);
  const Tensor d_normed = l.first_rows(normed_);
  const Tensor d_k = l.own(l.d_k);
  if (!l.keys_values_only) {
    const Tensor d_mixed = l.first_rows(mixed_);
    const Tensor d_q = l.first_rows(d_q_);
    branch_vjp(*l.transposed.o, d_x, l.input_norm, l.first_rows(branch_), d_mixed, ops, vjp);
    vjp.attention({.q = l.q,
                   .k = l.k,
                   .v = l.v,
                   .d_out = d_mixed,
                   .d_q = d_q,
                   .d_k = l.d_k,
                   .d_v = l.d_v,
                   .scratch = scores_.tensor(),
                   .heads = config_.llm.heads,
                   .kv_heads = config_.llm.kv_heads,
                   .scale = attention_scale_});
    vjp.rope(d_q, l.angles);
    ops.linear(d_q, *l.transposed.qkv->q, d_normed, Write::kReplace);
  }
  vjp.rope(d_k, l.angles);
  ops.linear(d_k, *l.transposed.qkv->k, d_normed, l.keys_values_only ? Write::kReplace : Write::kAdd);
  ops.linear(l.own(l.d_v), *l.transposed.qkv->v, d_normed, Write::kAdd);
  vjp.rms_norm(l.x, l.input_norm.scale, d_normed, d_x);
}

void GemmaTape::forward(const GemmaRun& run, const TapedKeysValues& joint, Ops& ops) const {
  for (int layer = 0; layer < config_.llm.depth; ++layer) forward(layer_of(run, layer, joint), ops);
}

void GemmaTape::backward(const GemmaRun& run, const TapedKeysValues& joint, Ops& ops, Vjp& vjp) const {
  for (int layer = config_.llm.depth - 1; layer >= 0; --layer) {
    const Layer l = layer_of(run, layer, joint);
    if (!l.keys_values_only) backward_mlp(l, ops, vjp);
    backward_attention(l, ops, vjp);
  }
}

}  // namespace awd
