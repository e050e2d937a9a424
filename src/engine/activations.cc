// Sizes the buffers of a session from the geometry.
#include "engine/activations.h"

#include <algorithm>

namespace awd {
namespace {

GemmaActivations make_gemma(const ModelConfig& config, const Device& device, int tokens, int width, int mlp) {
  const DType compute = device.compute_dtype();
  return {.x = device.allocate(tokens, width, DType::kF32),
          .normed = device.allocate(tokens, width, compute),
          .q = device.allocate(tokens, config.q_width(), compute),
          .k = device.allocate(tokens, config.kv_width(), compute),
          .v = device.allocate(tokens, config.kv_width(), compute),
          .mixed = device.allocate(tokens, config.q_width(), compute),
          .hidden = device.allocate(tokens, mlp, compute),
          .branch = device.allocate(tokens, width, DType::kF32)};
}

}  // namespace

Activations make_activations(const ModelConfig& config, const Device& device) {
  const DType compute = device.compute_dtype();
  const int patches = config.patches();
  const int image_rows = int(config.cameras.size()) * patches;
  const int prefix = config.max_prefix_tokens();
  const int suffix = config.suffix_tokens();
  const auto& vision = config.vision;

  Activations a;
  a.patches = device.allocate(image_rows, 3 * config.patch_size * config.patch_size, DType::kF32);
  a.image = device.allocate(image_rows, vision.width, DType::kF32);
  a.image_normed = device.allocate(image_rows, vision.width, compute);
  a.image_qkv = device.allocate(image_rows, 3 * vision.width, compute);
  a.image_mixed = device.allocate(image_rows, vision.width, compute);
  a.image_hidden = device.allocate(image_rows, vision.mlp, compute);

  a.prefix = make_gemma(config, device, prefix, config.llm.width, config.llm.mlp);
  a.row_angles = device.allocate(prefix, config.llm.head_dim, DType::kF32);
  a.suffix = make_gemma(config, device, suffix, config.expert.width, config.expert.mlp);
  a.text = device.allocate(config.max_tokens, config.llm.width, DType::kF32);

  a.held = device.make_held_keys(config.llm.depth, prefix, suffix, config.kv_width());
  a.suffix_k = device.allocate(config.llm.depth * suffix, config.kv_width(), compute);
  a.suffix_v = device.allocate(config.llm.depth * suffix, config.kv_width(), compute);
  a.suffix_angles = device.allocate(suffix, config.llm.head_dim, DType::kF32);

  a.state = device.allocate(1, config.model_state_dim, DType::kF32);
  a.actions = device.allocate(config.horizon, config.model_action_dim, DType::kF32);
  a.velocity = device.allocate(config.horizon, config.model_action_dim, DType::kF32);
  a.action_tokens = device.allocate(config.horizon, config.expert.width, DType::kF32);
  a.action_hidden = device.allocate(config.horizon, config.expert.width, DType::kF32);

  const int score_count = std::max({vision.heads * patches * patches, config.llm.heads * prefix * prefix,
                                    config.llm.heads * suffix * (prefix + suffix)});
  a.scores = device.allocate(1, score_count, DType::kF32);
  a.probabilities = device.allocate(1, score_count, compute);
  a.key_share = device.allocate(config.llm.depth * config.llm.heads, prefix, DType::kF32);
  return a;
}

}  // namespace awd
