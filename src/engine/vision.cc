// SigLIP layer by layer, all present cameras in one batch.
#include "engine/vision.h"

#include <cmath>

#include "engine/recording_names.h"

namespace awd {
namespace {

/// Full attention of each camera's patches over themselves.
void attend(int cameras, const ModelConfig& config, Ops& ops, Activations& a) {
  const int width = config.vision.width;
  const int head_dim = width / config.vision.heads;
  const int rows = cameras * config.patches();
  const Tensor qkv = a.image_qkv.tensor().row_range(0, rows);
  ops.attention({.q = qkv.col_range(0, width),
                 .k = qkv.col_range(width, width),
                 .v = qkv.col_range(2 * width, width),
                 .out = a.image_mixed.tensor().row_range(0, rows),
                 .scores = a.scores.tensor(),
                 .probabilities = a.probabilities.tensor(),
                 .key_share = {},
                 .heads = config.vision.heads,
                 .kv_heads = config.vision.heads,
                 .scale = 1.f / std::sqrt(float(head_dim)),
                 .batches = cameras});
}

/// x = patches of all pictures, embedded, plus positions.
void embed_patches(std::span<const Picture> pictures, const VisionWeights& weights, const ModelConfig& config, Ops& ops,
                   Activations& a) {
  const int patches = config.patches();
  const int rows = int(pictures.size()) * patches;
  const Tensor cut = a.patches.tensor().row_range(0, rows);
  const Tensor x = a.image.tensor().row_range(0, rows);
  int first = 0;
  for (const Picture& picture : pictures) {
    ops.patchify(picture, config.patch_size, cut.row_range(first, patches));
    first += patches;
  }
  ops.copy_rows(weights.positions.tensor(), x);
  ops.linear(cut, *weights.patch_embedding, x, Write::kAdd);
}

/// The encoder and the projector, on x.
void encode(int cameras, const VisionWeights& weights, const ModelConfig& config, Ops& ops, Activations& a,
            const Tensor& out) {
  const auto rows = [&](const Buffer& buffer) { return buffer.tensor().row_range(0, cameras * config.patches()); };
  const Tensor x = rows(a.image);
  const Tensor normed = rows(a.image_normed);
  for (const VisionWeights::Layer& layer : weights.layers) {
    ops.layer_norm(x, layer.norm1_weight.tensor(), layer.norm1_bias.tensor(), normed);
    ops.linear(normed, *layer.qkv, rows(a.image_qkv), Write::kReplace);
    attend(cameras, config, ops, a);
    ops.linear(rows(a.image_mixed), *layer.out, x, Write::kAdd);

    ops.layer_norm(x, layer.norm2_weight.tensor(), layer.norm2_bias.tensor(), normed);
    ops.linear_gelu(normed, *layer.fc1, rows(a.image_hidden));
    ops.linear(rows(a.image_hidden), *layer.fc2, x, Write::kAdd);
  }
  ops.layer_norm(x, weights.post_norm_weight.tensor(), weights.post_norm_bias.tensor(), normed);
  ops.linear(normed, *weights.projector, out, Write::kReplace);
}

}  // namespace

void embed_pictures(std::span<const Picture> pictures, const VisionWeights& weights, const ModelConfig& config,
                    Ops& ops, Activations& a, const Tensor& out) {
  embed_patches(pictures, weights, config, ops, a);
  const int cameras = int(pictures.size());
  ops.run_recorded(vision_recording(cameras, out.data), [&] { encode(cameras, weights, config, ops, a, out); });
}

}  // namespace awd
