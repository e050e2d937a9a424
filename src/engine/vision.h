// The SigLIP vision tower: pictures of the present cameras -> tokens of the prefix.
#pragma once

#include <span>

#include "backend/ops.h"
#include "engine/activations.h"
#include "engine/weights.h"

namespace awd {

/// Writes 256 tokens per picture to `out` [256 * pictures, llm width] f32. Cameras never see each other here.
void embed_pictures(std::span<const Picture> pictures, const VisionWeights& weights, const ModelConfig& config,
                    Ops& ops, Activations& activations, const Tensor& out);

}  // namespace awd
