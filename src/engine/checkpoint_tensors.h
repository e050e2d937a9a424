// The one list of what a pi0 / pi0.5 checkpoint holds: for loading, validation, inspection and random weights.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/config.h"

namespace awd {

using Shape = std::vector<std::int64_t>;

/// Where a checkpoint keeps the two stacks of Gemma layers: "<prefix>layers.N.".
inline constexpr const char* kLanguagePrefix = "paligemma_with_expert.paligemma.model.language_model.";
inline constexpr const char* kExpertPrefix = "paligemma_with_expert.gemma_expert.model.";
/// The token embedding; converters store it under the name of the output head that shares it.
inline constexpr const char* kEmbeddingTensor = "paligemma_with_expert.paligemma.lm_head.weight";

struct TensorSpec {
  std::string name;
  Shape shape;
  bool is_used = true;  // read at inference or, once, at load

  std::int64_t parameters() const;
};

/// Every tensor of a file that openpi's converter writes, under its names and in their order (vision tower, projector,
/// prefix LM, embedding, expert, heads). Linear weights are [out, in].
std::vector<TensorSpec> checkpoint_tensors(const ModelConfig& config);

}  // namespace awd
