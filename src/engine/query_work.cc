// Counts multiply-adds from the geometry.
#include "engine/query_work.h"

namespace awd {

double vision_work(const ModelConfig& config) {
  const double patches = config.patches();
  const double width = config.vision.width;
  const double embedding = 3.0 * config.patch_size * config.patch_size * width;
  const double attention = 2.0 * patches * width;  // scores and their product with the values
  const double layer = 4.0 * width * width + 2.0 * width * config.vision.mlp + attention;
  return patches * (embedding + config.vision.depth * layer + width * config.llm.width);
}

double layer_work(const ModelConfig& config, int layer, int rows, int keys) {
  const double width = config.llm.width;
  const double keys_values = 2.0 * width * config.kv_width();
  if (layer + 1 == config.llm.depth) return rows * keys_values;
  const double attention = 2.0 * width * config.q_width() + 2.0 * keys * config.q_width();
  return rows * (keys_values + attention + 3.0 * width * config.llm.mlp);
}

}  // namespace awd
