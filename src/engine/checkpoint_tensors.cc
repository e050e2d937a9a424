// Lists the tensors part by part.
#include "engine/checkpoint_tensors.h"

#include <fmt/format.h>

namespace awd {
namespace {

class TensorList {
 public:
  void add(const std::string& name, const Shape& shape, bool is_used = true) {
    tensors_.push_back({name, shape, is_used});
  }
  /// A vector under "<name>.weight" and one under "<name>.bias".
  void layer_norm(const std::string& name, int width) {
    add(name + ".weight", {width});
    add(name + ".bias", {width});
  }
  void linear(const std::string& name, int out, int in, bool is_used = true) {
    add(name + ".weight", {out, in}, is_used);
  }
  void linear_with_bias(const std::string& name, int out, int in, bool is_used = true) {
    linear(name, out, in, is_used);
    add(name + ".bias", {out}, is_used);
  }
  std::vector<TensorSpec> take() { return std::move(tensors_); }

 private:
  std::vector<TensorSpec> tensors_;
};

void list_vision(const ModelConfig& config, TensorList& list) {
  const std::string model = "paligemma_with_expert.paligemma.model.";
  const std::string tower = model + "vision_tower.vision_model.";
  const int width = config.vision.width;
  list.add(tower + "embeddings.patch_embedding.weight", {width, 3, config.patch_size, config.patch_size});
  list.add(tower + "embeddings.patch_embedding.bias", {width});
  list.add(tower + "embeddings.position_embedding.weight", {config.patches(), width});
  for (int i = 0; i < config.vision.depth; ++i) {
    const std::string layer = fmt::format("{}encoder.layers.{}.", tower, i);
    list.layer_norm(layer + "layer_norm1", width);
    list.layer_norm(layer + "layer_norm2", width);
    for (const char* name : {"q_proj", "k_proj", "v_proj", "out_proj"}) {
      list.linear_with_bias(layer + "self_attn." + name, width, width);
    }
    list.linear_with_bias(layer + "mlp.fc1", config.vision.mlp, width);
    list.linear_with_bias(layer + "mlp.fc2", width, config.vision.mlp);
  }
  list.layer_norm(tower + "post_layernorm", width);
  list.linear_with_bias(model + "multi_modal_projector.linear", config.llm.width, width);
}

/// One Gemma stack. pi0.5's expert has norms that are a linear layer of the time.
void list_gemma(const ModelConfig& config, bool is_expert, TensorList& list) {
  const std::string prefix = is_expert ? kExpertPrefix : kLanguagePrefix;
  const int width = is_expert ? config.expert.width : config.llm.width;
  const int mlp = is_expert ? config.expert.mlp : config.llm.mlp;
  const auto norm = [&](const std::string& name, bool is_used) {
    if (is_expert && config.variant == Variant::kPi05) {
      list.linear_with_bias(name + ".dense", 3 * width, width, is_used);
    } else {
      list.add(name + ".weight", {width}, is_used);
    }
  };
  for (int i = 0; i < config.llm.depth; ++i) {
    const std::string layer = fmt::format("{}layers.{}.", prefix, i);
    // Nobody reads the output of the last prefix layer: only its keys and values are needed.
    const bool has_output = is_expert || i + 1 < config.llm.depth;
    norm(layer + "input_layernorm", true);
    norm(layer + "post_attention_layernorm", has_output);
    list.linear(layer + "self_attn.q_proj", config.q_width(), width, has_output);
    list.linear(layer + "self_attn.k_proj", config.kv_width(), width);
    list.linear(layer + "self_attn.v_proj", config.kv_width(), width);
    list.linear(layer + "self_attn.o_proj", width, config.q_width(), has_output);
    list.linear(layer + "mlp.gate_proj", mlp, width, has_output);
    list.linear(layer + "mlp.up_proj", mlp, width, has_output);
    list.linear(layer + "mlp.down_proj", width, mlp, has_output);
  }
  norm(prefix + "norm", is_expert);
}

void list_heads(const ModelConfig& config, TensorList& list) {
  const int width = config.expert.width;
  list.linear_with_bias("action_in_proj", width, config.model_action_dim);
  list.linear_with_bias("action_out_proj", config.model_action_dim, width);
  if (config.variant == Variant::kPi05) {
    list.linear_with_bias("time_mlp_in", width, width);
    list.linear_with_bias("time_mlp_out", width, width);
    return;
  }
  list.linear_with_bias("state_proj", width, config.model_state_dim, config.has_state_token());
  list.linear_with_bias("action_time_mlp_in", width, 2 * width);
  list.linear_with_bias("action_time_mlp_out", width, width);
}

}  // namespace

std::int64_t TensorSpec::parameters() const {
  std::int64_t count = 1;
  for (const std::int64_t side : shape) count *= side;
  return count;
}

std::vector<TensorSpec> checkpoint_tensors(const ModelConfig& config) {
  TensorList list;
  list_vision(config, list);
  list_gemma(config, /*is_expert=*/false, list);
  list.add(kEmbeddingTensor, {config.llm.vocab, config.llm.width});
  list_gemma(config, /*is_expert=*/true, list);
  // The expert reads no words; its head is there because the converter saves the whole module.
  list.linear("paligemma_with_expert.gemma_expert.lm_head", config.llm.vocab, config.expert.width, /*is_used=*/false);
  list_heads(config, list);
  return list.take();
}

}  // namespace awd
