// Draws a whole policy folder from one seed.
#include "engine/random_policy.h"

#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "awd/error.h"
#include "base/rng.h"

namespace awd {
namespace {

using nlohmann::json;
using Shape = std::vector<std::int64_t>;

/// Collects named tensors of normal values.
class RandomTensors {
 public:
  RandomTensors(StoredType type, std::uint64_t seed) : type_(type), rng_(seed) {}

  void add(const std::string& name, const Shape& shape, double scale, double mean = 0.0) {
    TensorToWrite tensor{.name = name, .shape = shape, .values = {}, .type = type_};
    std::int64_t count = 1;
    for (const std::int64_t side : shape) count *= side;
    for (std::int64_t i = 0; i < count; ++i) tensor.values.push_back(float(mean + scale * rng_.normal()));
    tensors_.push_back(std::move(tensor));
  }

  /// Scaled so that outputs are about as large as inputs.
  void linear(const std::string& name, int out, int in, bool with_bias) {
    add(name + ".weight", {out, in}, 1.0 / std::sqrt(double(in)));
    if (with_bias) add(name + ".bias", {out}, 0.1);
  }

  const std::vector<TensorToWrite>& tensors() const { return tensors_; }

 private:
  StoredType type_;
  Rng rng_;
  std::vector<TensorToWrite> tensors_;
};

void add_vision(const ModelConfig& config, RandomTensors& out) {
  const std::string tower = "paligemma_with_expert.paligemma.model.vision_tower.vision_model.";
  const int width = config.vision.width;
  const int patch = config.patch_size;
  const auto add_norm = [&](const std::string& name) {
    out.add(name + ".weight", {width}, 0.1, 1.0);
    out.add(name + ".bias", {width}, 0.1);
  };
  out.add(tower + "embeddings.patch_embedding.weight", {width, 3, patch, patch}, 1.0 / (patch * std::sqrt(3.0)));
  out.add(tower + "embeddings.patch_embedding.bias", {width}, 0.1);
  out.add(tower + "embeddings.position_embedding.weight", {config.patches(), width}, 0.5);
  for (int i = 0; i < config.vision.depth; ++i) {
    const std::string layer = fmt::format("{}encoder.layers.{}.", tower, i);
    add_norm(layer + "layer_norm1");
    add_norm(layer + "layer_norm2");
    for (const char* name : {"q_proj", "k_proj", "v_proj", "out_proj"}) {
      out.linear(layer + "self_attn." + name, width, width, true);
    }
    out.linear(layer + "mlp.fc1", config.vision.mlp, width, true);
    out.linear(layer + "mlp.fc2", width, config.vision.mlp, true);
  }
  add_norm(tower + "post_layernorm");
  out.linear("paligemma_with_expert.paligemma.model.multi_modal_projector.linear", config.llm.width, width, true);
}

/// One Gemma stack: the prefix LM, or the expert (which alone has a final norm that is read).
void add_gemma(const std::string& prefix, const ModelConfig& config, bool is_expert, RandomTensors& out) {
  const int width = is_expert ? config.expert.width : config.llm.width;
  const int mlp = is_expert ? config.expert.mlp : config.llm.mlp;
  const auto add_norm = [&](const std::string& name) {
    if (is_expert && config.variant == Variant::kPi05) {
      out.linear(name + ".dense", 3 * width, width, true);
    } else {
      out.add(name + ".weight", {width}, 0.1);
    }
  };
  for (int i = 0; i < config.llm.depth; ++i) {
    const std::string layer = fmt::format("{}layers.{}.", prefix, i);
    add_norm(layer + "input_layernorm");
    out.linear(layer + "self_attn.k_proj", config.kv_width(), width, false);
    out.linear(layer + "self_attn.v_proj", config.kv_width(), width, false);
    if (!is_expert && i + 1 == config.llm.depth) continue;  // nobody reads the rest of the last prefix layer
    add_norm(layer + "post_attention_layernorm");
    out.linear(layer + "self_attn.q_proj", config.q_width(), width, false);
    out.linear(layer + "self_attn.o_proj", width, config.q_width(), false);
    out.linear(layer + "mlp.gate_proj", mlp, width, false);
    out.linear(layer + "mlp.up_proj", mlp, width, false);
    out.linear(layer + "mlp.down_proj", width, mlp, false);
  }
  if (is_expert) add_norm(prefix + "norm");
}

void add_heads(const ModelConfig& config, RandomTensors& out) {
  const int width = config.expert.width;
  out.linear("action_in_proj", width, config.model_action_dim, true);
  out.linear("action_out_proj", config.model_action_dim, width, true);
  if (config.variant == Variant::kPi05) {
    out.linear("time_mlp_in", width, width, true);
    out.linear("time_mlp_out", width, width, true);
    return;
  }
  out.linear("action_time_mlp_in", width, 2 * width, true);
  out.linear("action_time_mlp_out", width, width, true);
  if (config.has_state_token()) out.linear("state_proj", width, config.model_state_dim, true);
}

json config_json(const ModelConfig& c) {
  constexpr const char* kStateWords[] = {"none", "token", "prompt"};
  return {{"format", "awd-policy-1"},
          {"name", c.name},
          {"variant", c.variant == Variant::kPi0 ? "pi0" : "pi05"},
          {"cameras", c.cameras},
          {"image_size", c.image_size},
          {"patch_size", c.patch_size},
          {"vision",
           {{"width", c.vision.width}, {"depth", c.vision.depth}, {"heads", c.vision.heads}, {"mlp", c.vision.mlp}}},
          {"llm",
           {{"width", c.llm.width},
            {"depth", c.llm.depth},
            {"mlp", c.llm.mlp},
            {"heads", c.llm.heads},
            {"kv_heads", c.llm.kv_heads},
            {"head_dim", c.llm.head_dim},
            {"vocab", c.llm.vocab}}},
          {"expert", {{"width", c.expert.width}, {"mlp", c.expert.mlp}}},
          {"state_dim", c.state_dim},
          {"action_dim", c.action_dim},
          {"model_state_dim", c.model_state_dim},
          {"model_action_dim", c.model_action_dim},
          {"horizon", c.horizon},
          {"flow_steps", c.flow_steps},
          {"max_tokens", c.max_tokens},
          {"state_input", kStateWords[static_cast<int>(c.state_input)]}};
}

json unit_stats(int dim) {
  const auto all = [&](double value) { return std::vector<double>(std::size_t(dim), value); };
  return {{"mean", all(0.0)}, {"std", all(1.0)}, {"q01", all(-1.0)}, {"q99", all(1.0)}};
}

void write_json(const std::string& path, const json& value) {
  std::ofstream file(path);
  file << value.dump(1) << '\n';
  file.close();
  if (!file) throw Error(path, "expected to write the file, got an error");
}

}  // namespace

ModelConfig tiny_geometry() {
  return {.name = "random-tiny",
          .variant = Variant::kPi0,
          .state_input = StateInput::kToken,
          .cameras = {"base", "wrist"},
          .image_size = 224,
          .patch_size = 14,
          .vision = {.width = 192, .depth = 4, .heads = 3, .mlp = 768},
          .llm = {.width = 256, .depth = 5, .mlp = 512, .heads = 4, .kv_heads = 1, .head_dim = 64, .vocab = 256},
          .expert = {.width = 256, .mlp = 512},
          .state_dim = 8,
          .action_dim = 7,
          .model_state_dim = 8,
          .model_action_dim = 7,
          .horizon = 20,
          .flow_steps = 10,
          .max_tokens = 48};
}

void write_random_policy(const std::string& folder, const ModelConfig& config, const std::string& tokenizer,
                         StoredType weights, std::uint64_t seed) {
  std::error_code failure;
  std::filesystem::create_directories(folder, failure);
  std::filesystem::copy_file(tokenizer, folder + "/tokenizer.model", std::filesystem::copy_options::overwrite_existing,
                             failure);
  if (failure) throw Error(folder, fmt::format("expected to copy {} here, got: {}", tokenizer, failure.message()));
  write_json(folder + "/config.json", config_json(config));
  write_json(folder + "/norm_stats.json",
             {{"norm_stats", {{"state", unit_stats(config.state_dim)}, {"actions", unit_stats(config.action_dim)}}}});

  RandomTensors tensors(weights, seed);
  add_vision(config, tensors);
  add_gemma("paligemma_with_expert.paligemma.model.language_model.", config, false, tensors);
  tensors.add("paligemma_with_expert.paligemma.lm_head.weight", {config.llm.vocab, config.llm.width}, 0.1);
  add_gemma("paligemma_with_expert.gemma_expert.model.", config, true, tensors);
  add_heads(config, tensors);
  write_safetensors(folder + "/model.safetensors", tensors.tensors());
}

}  // namespace awd
