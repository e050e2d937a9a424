// Loads vision tower, prefix LM and rotary angles; the expert is in expert_weights.cc.
#include "engine/weights.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "awd/error.h"
#include "engine/checkpoint/tensor_check.h"

namespace awd {
namespace {

const std::string kPaliGemma = "paligemma_with_expert.paligemma.";

VisionWeights load_vision(WeightPacker& packer, const ModelConfig& config) {
  const std::string tower = kPaliGemma + "model.vision_tower.vision_model.";
  const int width = config.vision.width;
  const DType compute = packer.device().compute_dtype();
  const int patch_values = 3 * config.patch_size * config.patch_size;
  const WeightReader& reader = packer.reader();

  VisionWeights vision;
  const std::string embedding = tower + "embeddings.patch_embedding.";
  const StoredMatrix patch =
      reader.matrix(embedding + "weight", {width, 3, config.patch_size, config.patch_size}, patch_values);
  const auto patch_bias = reader.read(embedding + "bias", {width});
  vision.patch_embedding = packer.pack({.parts = {patch}, .bias = patch_bias});
  reader.release(embedding + "weight");
  const auto positions = reader.read(tower + "embeddings.position_embedding.weight", {config.patches(), width});
  vision.positions = packer.table(positions, config.patches(), width);

  for (int i = 0; i < config.vision.depth; ++i) {
    const std::string layer = fmt::format("{}encoder.layers.{}.", tower, i);
    const std::string attention = layer + "self_attn.";
    const int mlp = config.vision.mlp;
    vision.layers.push_back(
        {.norm1_weight = packer.vector(layer + "layer_norm1.weight", width),
         .norm1_bias = packer.vector(layer + "layer_norm1.bias", width),
         .norm2_weight = packer.vector(layer + "layer_norm2.weight", width),
         .norm2_bias = packer.vector(layer + "layer_norm2.bias", width),
         .qkv = packer.linear(
             {{attention + "q_proj", attention + "k_proj", attention + "v_proj"}, width, width, true, compute}),
         .out = packer.linear({{attention + "out_proj"}, width, width, true, compute}),
         .fc1 = packer.linear({{layer + "mlp.fc1"}, width, mlp, true, compute}),
         .fc2 = packer.linear({{layer + "mlp.fc2"}, mlp, width, true, compute})});
  }
  vision.post_norm_weight = packer.vector(tower + "post_layernorm.weight", width);
  vision.post_norm_bias = packer.vector(tower + "post_layernorm.bias", width);
  vision.projector =
      packer.linear({{kPaliGemma + "model.multi_modal_projector.linear"}, width, config.llm.width, true, compute});
  return vision;
}

}  // namespace

LanguageWeights load_language(WeightPacker& packer, const ModelConfig& config, const Fp8Ranges& ranges) {
  const std::string model = kLanguagePrefix;
  const WeightReader& reader = packer.reader();
  const int width = config.llm.width;
  const int depth = config.llm.depth;

  LanguageWeights language;
  language.embedding = reader.unscanned_table(kEmbeddingTensor, {config.llm.vocab, width}, width);

  std::vector<float> scales;
  const auto add_scales = [&scales](const std::vector<float>& weight) {
    for (const float w : weight) scales.push_back(1.f + w);
  };
  for (int i = 0; i < depth; ++i) {
    const std::string layer = fmt::format("{}layers.{}.", model, i);
    add_scales(reader.read(layer + "input_layernorm.weight", {width}));
    if (i + 1 < depth) {
      add_scales(reader.read(layer + "post_attention_layernorm.weight", {width}));
      language.layers.push_back(packer.load_gemma_layer(
          {.prefix = layer, .width = width, .mlp = config.llm.mlp, .range = ranges.prefix_layer(i)}, config));
      continue;
    }
    // Nobody reads the last layer's output: only its keys and values are needed.
    add_scales(std::vector<float>(std::size_t(width)));
    GemmaLayer last;
    last.qkv = packer.qkv(layer, config, width, 0, true);
    language.layers.push_back(std::move(last));
  }
  language.norm_scales = packer.table(scales, 2 * depth, width);
  return language;
}

Buffer rotary_angles(WeightPacker& packer, const ModelConfig& config) {
  constexpr double kTheta = 10000.0;  // base of the wavelengths in Gemma
  const int positions = config.max_prefix_tokens() + config.suffix_tokens();
  const int half = config.llm.head_dim / 2;
  std::vector<float> angles(std::size_t(positions) * std::size_t(2 * half));
  for (int i = 0; i < half; ++i) {
    const auto frequency = static_cast<float>(std::pow(kTheta, -double(i) / half));
    for (int position = 0; position < positions; ++position) {
      const float angle = float(position) * frequency;
      float* row = angles.data() + std::size_t(position) * std::size_t(2 * half);
      row[i] = std::cos(angle);
      row[half + i] = std::sin(angle);
    }
  }
  return packer.table(angles, positions, 2 * half);
}

LinearPtr WeightPacker::pack(const LinearData& data) {
  LinearPtr layer = device_.pack(data);
  bytes_ += layer->bytes;
  return layer;
}

LinearPtr WeightPacker::linear(const LinearSpec& spec) {
  std::vector<StoredMatrix> parts;
  std::vector<float> bias;
  for (const std::string& name : spec.names) {
    parts.push_back(reader_.matrix(name + ".weight", {spec.out, spec.in}, spec.in));
    if (!spec.with_bias) continue;
    const auto bias_part = reader_.read(name + ".bias", {spec.out});
    bias.insert(bias.end(), bias_part.begin(), bias_part.end());
  }
  LinearPtr layer = pack({.parts = std::move(parts),
                          .bias = bias,
                          .dtype = spec.dtype,
                          .is_gated = spec.is_gated,
                          .max_rows = spec.max_rows,
                          .is_mlp = spec.is_mlp,
                          .largest_input = spec.largest_input});
  for (const std::string& name : spec.names) reader_.release(name + ".weight");
  return layer;
}

std::unique_ptr<const QkvLinear> WeightPacker::qkv(const std::string& prefix, const ModelConfig& config, int width,
                                                   int max_rows, bool kv_alone) {
  const auto stored_layer = [&](const char* name, int out) -> LinearData {
    return {.parts = {reader_.matrix(prefix + name, {out, width}, width)},
            .bias = {},
            .dtype = device_.compute_dtype(),
            .max_rows = max_rows};
  };
  constexpr const char *kQ = "self_attn.q_proj.weight", *kK = "self_attn.k_proj.weight",
                       *kV = "self_attn.v_proj.weight";
  auto layer =
      device_.pack_qkv(kv_alone ? LinearData{} : stored_layer(kQ, config.q_width()),
                       stored_layer(kK, config.kv_width()), stored_layer(kV, config.kv_width()), config.llm.head_dim);
  for (const char* name : {kQ, kK, kV}) {
    if (!kv_alone || name != kQ) reader_.release(prefix + name);
  }
  bytes_ += layer->bytes;
  return layer;
}

Buffer WeightPacker::table(std::span<const float> values, int rows, int cols) {
  Buffer buffer = device_.allocate(rows, cols, DType::kF32);
  ops_->upload(values, buffer.tensor());
  bytes_ += values.size_bytes();
  return buffer;
}

Buffer WeightPacker::vector(const std::string& name, int cols) { return table(reader_.read(name, {cols}), 1, cols); }

GemmaLayer WeightPacker::load_gemma_layer(const GemmaSpec& spec, const ModelConfig& config) {
  const auto layer = [&](std::vector<std::string> names, int in, int out, float largest_input = 0) {
    const bool is_gated = names.size() > 1;
    const bool is_mlp = names.front().starts_with("mlp.");
    for (std::string& name : names) name.insert(0, spec.prefix);
    return linear({.names = std::move(names),
                   .in = in,
                   .out = out,
                   .dtype = device_.compute_dtype(),
                   .is_gated = is_gated,
                   .max_rows = spec.max_rows,
                   .is_mlp = is_mlp,
                   .largest_input = largest_input});
  };
  return {.qkv = qkv(spec.prefix, config, spec.width, spec.max_rows, false),
          .o = layer({"self_attn.o_proj"}, config.q_width(), spec.width),
          .gate_up = layer({"mlp.gate_proj", "mlp.up_proj"}, spec.width, spec.mlp, spec.range.normed),
          .down = layer({"mlp.down_proj"}, spec.mlp, spec.width, spec.range.hidden)};
}

Weights load_weights(std::shared_ptr<const Checkpoint> checkpoint, const ModelConfig& config, int flow_steps,
                     const Device& device, const Fp8Ranges& ranges) {
  require_tensors(*checkpoint, check_tensors(*checkpoint, config));
  Weights weights;
  weights.checkpoint = std::move(checkpoint);
  const WeightReader reader(*weights.checkpoint);
  WeightPacker packer(reader, device);
  const Ops::Scope scope(packer.ops());
  weights.vision = load_vision(packer, config);
  weights.language = load_language(packer, config, ranges);
  weights.expert = load_expert(packer, config, flow_steps, ranges);
  weights.angles = rotary_angles(packer, config);
  weights.bytes = packer.bytes();
  return weights;
}

Weights load_weights(const std::string& path, const ModelConfig& config, int flow_steps, const Device& device) {
  return load_weights(std::make_shared<const Checkpoint>(path), config, flow_steps, device);
}

void embed_token(const Weights& weights, int token, std::span<float> out) {
  weights.language.embedding.read_row(token, out);
  if (!std::all_of(out.begin(), out.end(), [](float value) { return std::isfinite(value); })) {
    throw Error(weights.checkpoint->path(),
                fmt::format("embedding of token {}: expected finite values, got NaN or infinity", token));
  }
}

}  // namespace awd
