// Counts multiply-adds from the geometry.
#include "engine/query_work.h"

namespace awd {
namespace {

double vision_layer_weights(const ModelConfig& config) {
  const double width = config.vision.width;
  return 4.0 * width * width + 2.0 * width * config.vision.mlp;
}

double patch_values(const ModelConfig& config) { return 3.0 * config.patch_size * config.patch_size; }

/// A whole Gemma layer: queries, keys, values, output, gated MLP.
double gemma_layer_weights(const ModelConfig& config, double width, double mlp) {
  return width * (2.0 * config.kv_width() + 2.0 * config.q_width() + 3.0 * mlp);
}

}  // namespace

double vision_work(const ModelConfig& config) {
  const double patches = config.patches();
  const double width = config.vision.width;
  const double embedding = patch_values(config) * width;
  const double attention = 2.0 * patches * width;  // scores and their product with the values
  const double layer = vision_layer_weights(config) + attention;
  return patches * (embedding + config.vision.depth * layer + width * config.llm.width);
}

double layer_work(const ModelConfig& config, int layer, int rows, int keys) {
  const double width = config.llm.width;
  if (layer + 1 == config.llm.depth) return rows * 2.0 * width * config.kv_width();
  const double attention = 2.0 * keys * config.q_width();
  return rows * (gemma_layer_weights(config, width, config.llm.mlp) + attention);
}

double prefix_work(const ModelConfig& config, int tokens) {
  double work = 0;
  for (int layer = 0; layer < config.llm.depth; ++layer) work += layer_work(config, layer, tokens, tokens);
  return work;
}

double denoise_step_work(const ModelConfig& config, int tokens) {
  const double rows = config.horizon;
  const double keys = tokens + config.suffix_tokens();
  const double attention = 2.0 * keys * config.q_width();
  return rows * (denoise_step_weights(config) + config.llm.depth * attention);
}

double vision_weights(const ModelConfig& config) {
  const double width = config.vision.width;
  return patch_values(config) * width + config.vision.depth * vision_layer_weights(config) + width * config.llm.width;
}

double prefix_weights(const ModelConfig& config) {
  const double width = config.llm.width;
  return (config.llm.depth - 1.0) * gemma_layer_weights(config, width, config.llm.mlp) +
         2.0 * width * config.kv_width();
}

double denoise_step_weights(const ModelConfig& config) {
  const double width = config.expert.width;
  const double projections = 2.0 * width * config.model_action_dim;
  const double time_layers = config.variant == Variant::kPi0 ? 2.0 * width * width : 0.0;
  return config.llm.depth * gemma_layer_weights(config, width, config.expert.mlp) + projections + time_layers;
}

double held_values(const ModelConfig& config, int tokens) {
  return 2.0 * config.llm.depth * config.kv_width() * tokens;
}

}  // namespace awd
