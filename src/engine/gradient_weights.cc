// Packs each linear layer twice: as it is, and with inputs and outputs exchanged.
#include "engine/gradient_weights.h"

#include <fmt/format.h>

#include "backend/device.h"

namespace awd {
namespace {

/// Layers `names`, each in -> out, stacked along their outputs and transposed: outputs -> in.
LinearPtr transposed(WeightPacker& packer, const std::vector<std::string>& names, int in, int out) {
  const int rows = out * int(names.size());
  std::vector<float> weight(std::size_t(in) * std::size_t(rows));
  int first = 0;
  for (const std::string& name : names) {
    const auto part = packer.reader().read(name + ".weight", {out, in});
    for (int o = 0; o < out; ++o) {
      for (int i = 0; i < in; ++i) {
        weight[std::size_t(i) * std::size_t(rows) + std::size_t(first + o)] =
            part[std::size_t(o) * std::size_t(in) + std::size_t(i)];
      }
    }
    first += out;
  }
  return packer.pack({.parts = {stored(weight, in, rows)}, .bias = {}});
}

/// One layer of a stack of the given width; `keys_values_only` for the last prefix layer.
GemmaLayer transposed_layer(WeightPacker& packer, const std::string& layer, const ModelConfig& config, int width,
                            int mlp, bool keys_values_only) {
  GemmaLayer t;
  auto qkv = std::make_unique<QkvLinear>();
  qkv->k = transposed(packer, {layer + "self_attn.k_proj"}, width, config.kv_width());
  qkv->v = transposed(packer, {layer + "self_attn.v_proj"}, width, config.kv_width());
  if (!keys_values_only) qkv->q = transposed(packer, {layer + "self_attn.q_proj"}, width, config.q_width());
  t.qkv = std::move(qkv);
  if (keys_values_only) return t;
  t.o = transposed(packer, {layer + "self_attn.o_proj"}, config.q_width(), width);
  t.gate_up = transposed(packer, {layer + "mlp.gate_proj", layer + "mlp.up_proj"}, width, mlp);
  t.down = transposed(packer, {layer + "mlp.down_proj"}, mlp, width);
  return t;
}

}  // namespace

std::shared_ptr<const GradientWeights> load_gradient_weights(const Checkpoint& checkpoint, const ModelConfig& config,
                                                             int flow_steps) {
  auto weights = std::make_shared<GradientWeights>();
  weights->device = make_cpu_device(DType::kF32);
  const WeightReader reader(checkpoint);
  WeightPacker packer(reader, *weights->device);
  const Ops::Scope scope(packer.ops());
  weights->language = load_language(packer, config);
  weights->expert = load_expert(packer, config, flow_steps);
  weights->angles = rotary_angles(packer, config);
  for (int i = 0; i < config.llm.depth; ++i) {
    const std::string layer = fmt::format("layers.{}.", i);
    weights->language_transposed.push_back(transposed_layer(packer, kLanguagePrefix + layer, config, config.llm.width,
                                                            config.llm.mlp, i + 1 == config.llm.depth));
    weights->expert_transposed.push_back(
        transposed_layer(packer, kExpertPrefix + layer, config, config.expert.width, config.expert.mlp, false));
  }
  weights->action_out_transposed =
      transposed(packer, {"action_out_proj"}, config.expert.width, config.model_action_dim);
  weights->bytes = packer.bytes();
  return weights;
}

}  // namespace awd
