// The larger operations as compositions of the smaller ones, for backends that do not run them in one piece.
#include "backend/ops.h"

#include "backend/device.h"

namespace awd {

std::unique_ptr<const QkvLinear> Device::pack_qkv(const LinearData& q, const LinearData& k, const LinearData& v,
                                                  int /*head_dim*/) const {
  auto layer = std::make_unique<QkvLinear>();
  if (!q.parts.empty()) layer->q = pack(q);
  layer->k = pack(k);
  layer->v = pack(v);
  layer->bytes = (layer->q == nullptr ? 0 : layer->q->bytes) + layer->k->bytes + layer->v->bytes;
  return layer;
}

void Ops::linear_gelu(const Tensor& x, const Linear& layer, const Tensor& y) {
  linear(x, layer, y, Write::kReplace);
  gelu(y);
}

void Ops::attention_inputs(const AttentionInputs& inputs) {
  rms_norm(inputs.x, inputs.norm.scale, inputs.norm.shift, inputs.normed);
  linear(inputs.normed, *inputs.layer->k, inputs.k_out, Write::kReplace);
  linear(inputs.normed, *inputs.layer->v, inputs.v_out, Write::kReplace);
  rope(inputs.k_out, inputs.angles);
  if (inputs.q_out.empty()) return;
  linear(inputs.normed, *inputs.layer->q, inputs.q_out, Write::kReplace);
  rope(inputs.q_out, inputs.angles);
}

void Ops::add_branch(const Tensor& input, const Linear& layer, const Tensor& gate, const Tensor& x,
                     const Tensor& branch) {
  if (gate.empty()) {
    linear(input, layer, x, Write::kAdd);
    return;
  }
  linear(input, layer, branch, Write::kReplace);
  add_gated(x, branch, gate);
}

void Ops::norm_geglu(const Tensor& x, const Modulation& norm, const Tensor& normed, const Linear& layer,
                     const Tensor& y) {
  rms_norm(x, norm.scale, norm.shift, normed);
  linear_geglu(normed, layer, y);
}

void Ops::add_mlp(const MlpBranch& mlp) {
  norm_geglu(mlp.x, mlp.norm, mlp.normed, *mlp.gate_up, mlp.hidden);
  add_branch(mlp.hidden, *mlp.down, mlp.norm.gate, mlp.x, mlp.branch);
}

void Ops::flow_step(const FlowStep& step) {
  rms_norm(step.x, step.norm.scale, step.norm.shift, step.normed);
  linear(step.normed, *step.out, step.velocity, Write::kReplace);
  add_scaled(step.actions, step.velocity, step.factor);
  if (step.in != nullptr) linear(step.actions, *step.in, step.tokens, Write::kReplace);
}

}  // namespace awd
