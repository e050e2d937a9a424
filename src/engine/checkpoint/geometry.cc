// Reads sizes off the shapes of a few tensors.
#include "engine/checkpoint/geometry.h"

#include <fmt/format.h>

#include "awd/error.h"
#include "engine/checkpoint_tensors.h"
#include "engine/presets.h"

namespace awd {
namespace {

constexpr std::int64_t kMaxSide = 1 << 16;   // of a layer
constexpr std::int64_t kMaxVocab = 1 << 22;  // pieces
constexpr int kMaxVisionDepth = 256;         // layers
constexpr std::int64_t kMaxPatchSize = 256;  // pixels
constexpr int kSo400mHeadDim = 72;           // values per head of the public tower
constexpr int kDefaultHeads = 16;            // of every SigLIP tower that transformers makes without being told
const std::string kTower = "paligemma_with_expert.paligemma.model.vision_tower.vision_model.";

/// The shape of a tensor of that rank with sides in [1, max], or nullptr.
const Shape* shape_of(const Checkpoint& checkpoint, const std::string& name, std::size_t rank, std::int64_t max) {
  const CheckpointTensor* found = checkpoint.find(name);
  if (found == nullptr || found->stored->shape.size() != rank) return nullptr;
  for (const std::int64_t side : found->stored->shape) {
    if (side < 1 || side > max) return nullptr;
  }
  return &found->stored->shape;
}

void set_vision(const Checkpoint& checkpoint, const std::string& where, ModelConfig& config) {
  const Shape* patch = shape_of(checkpoint, kTower + "embeddings.patch_embedding.weight", 4, kMaxSide);
  // The public tower is known: a layer that it lacks is a hole in the file, not another tower.
  if (patch == nullptr || (*patch)[0] == config.vision.width) return;
  const int width = int((*patch)[0]);
  if ((*patch)[2] > kMaxPatchSize) {
    throw Error(where,
                fmt::format("vision tower: expected patches of at most {} pixels, got {}", kMaxPatchSize, (*patch)[2]));
  }
  config.patch_size = int((*patch)[2]);
  config.image_size = kPatchGrid * config.patch_size;
  config.vision.width = width;
  config.vision.heads = width % kSo400mHeadDim == 0 ? width / kSo400mHeadDim : kDefaultHeads;
  if (width % config.vision.heads != 0) {
    throw Error(where, fmt::format("vision tower: expected a width that is a multiple of {} or {}, got {}",
                                   kSo400mHeadDim, kDefaultHeads, width));
  }
  const auto layer = [](int i) { return fmt::format("{}encoder.layers.{}.", kTower, i); };
  config.vision.depth = 1;
  while (config.vision.depth < kMaxVisionDepth &&
         checkpoint.find(layer(config.vision.depth) + "layer_norm1.weight") != nullptr) {
    ++config.vision.depth;
  }
  if (const Shape* mlp = shape_of(checkpoint, layer(0) + "mlp.fc1.weight", 2, kMaxSide)) {
    config.vision.mlp = int((*mlp)[0]);
  }
}

/// The sizes called `name`, or those of the width of a stack's first layer.
const GemmaVariant& gemma_of(const Checkpoint& checkpoint, const std::string& name, const std::string& prefix,
                             const GemmaVariant& otherwise, const std::string& where) {
  if (!name.empty()) {
    const GemmaVariant* found = find_gemma_variant(name);
    if (found == nullptr) throw Error(where, fmt::format("expected gemma_2b, gemma_300m or dummy, got {}", name));
    return *found;
  }
  const int width = columns_of(checkpoint, prefix + "layers.0.self_attn.k_proj.weight", otherwise.width);
  for (const char* known : {"gemma_2b", "gemma_300m", "dummy"}) {
    if (find_gemma_variant(known)->width == width) return *find_gemma_variant(known);
  }
  throw Error(where, fmt::format("{}layers: expected the width of gemma_2b (2048), gemma_300m (1024) or dummy (64), "
                                 "got {}",
                                 prefix, width));
}

}  // namespace

Variant variant_of(const Checkpoint& checkpoint) {
  const std::string norm = std::string(kExpertPrefix) + "norm.dense.weight";
  const std::string first = std::string(kExpertPrefix) + "layers.0.input_layernorm.dense.weight";
  return checkpoint.find(norm) != nullptr || checkpoint.find(first) != nullptr ? Variant::kPi05 : Variant::kPi0;
}

int columns_of(const Checkpoint& checkpoint, const std::string& name, int otherwise) {
  const Shape* shape = shape_of(checkpoint, name, 2, kMaxSide);
  return shape == nullptr ? otherwise : int((*shape)[1]);
}

void set_geometry(const Checkpoint& checkpoint, const GemmaNames& names, const std::string& where,
                  ModelConfig& config) {
  set_vision(checkpoint, where, config);
  const GemmaVariant& language =
      gemma_of(checkpoint, names.language, kLanguagePrefix, *find_gemma_variant("gemma_2b"), where);
  const GemmaVariant& expert =
      gemma_of(checkpoint, names.expert, kExpertPrefix, *find_gemma_variant("gemma_300m"), where);
  if (!share_attention(language, expert)) {
    throw Error(where, fmt::format("expected a prefix LM and an expert of as many layers and heads, got {} and {}",
                                   language.name, expert.name));
  }
  set_gemma_variants(language, expert, config);
  const Shape* table = shape_of(checkpoint, kEmbeddingTensor, 2, kMaxVocab);
  if (table != nullptr) config.llm.vocab = int((*table)[0]);
}

}  // namespace awd
