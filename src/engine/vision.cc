// SigLIP layer by layer, all present cameras in one batch.
#include "engine/vision.h"

#include <cmath>

namespace awd {
namespace {

/// Full attention of each camera's patches over themselves.
void attend(int cameras, const ModelConfig& config, Ops& ops, Activations& a) {
  const int width = config.vision.width;
  const int patches = config.patches();
  const int head_dim = width / config.vision.heads;
  for (int camera = 0; camera < cameras; ++camera) {
    const Tensor qkv = a.image_qkv.tensor().row_range(camera * patches, patches);
    ops.attention({.q = qkv.col_range(0, width),
                   .k = qkv.col_range(width, width),
                   .v = qkv.col_range(2 * width, width),
                   .out = a.image_mixed.tensor().row_range(camera * patches, patches),
                   .scores = a.scores.tensor(),
                   .probabilities = a.probabilities.tensor(),
                   .key_share = {},
                   .heads = config.vision.heads,
                   .kv_heads = config.vision.heads,
                   .scale = 1.f / std::sqrt(float(head_dim))});
  }
}

}  // namespace

void embed_pictures(std::span<const Picture> pictures, const VisionWeights& weights, const ModelConfig& config,
                    Ops& ops, Activations& a, const Tensor& out) {
  const int cameras = int(pictures.size());
  const int patches = config.patches();
  const auto rows = [&](const Buffer& buffer) { return buffer.tensor().row_range(0, cameras * patches); };
  const Tensor x = rows(a.image);
  const Tensor normed = rows(a.image_normed);

  ops.copy_rows(weights.positions.tensor(), x);
  for (int camera = 0; camera < cameras; ++camera) {
    ops.patchify(pictures[std::size_t(camera)], config.patch_size, a.patches.tensor());
    ops.linear(a.patches.tensor(), *weights.patch_embedding, x.row_range(camera * patches, patches), Write::kAdd);
  }
  for (const VisionWeights::Layer& layer : weights.layers) {
    ops.layer_norm(x, layer.norm1_weight.tensor(), layer.norm1_bias.tensor(), normed);
    ops.linear(normed, *layer.qkv, rows(a.image_qkv), Write::kReplace);
    attend(cameras, config, ops, a);
    ops.linear(rows(a.image_mixed), *layer.out, x, Write::kAdd);

    ops.layer_norm(x, layer.norm2_weight.tensor(), layer.norm2_bias.tensor(), normed);
    ops.linear(normed, *layer.fc1, rows(a.image_hidden), Write::kReplace);
    ops.gelu(rows(a.image_hidden));
    ops.linear(rows(a.image_hidden), *layer.fc2, x, Write::kAdd);
  }
  ops.layer_norm(x, weights.post_norm_weight.tensor(), weights.post_norm_bias.tensor(), normed);
  ops.linear(normed, *weights.projector, out, Write::kReplace);
}

}  // namespace awd
