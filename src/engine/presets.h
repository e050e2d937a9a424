// Geometries of the public pi0 / pi0.5 checkpoints, as openpi's training configurations have them.
#pragma once

#include <string_view>

#include "engine/config.h"

namespace awd {

/// Sizes of one Gemma stack, by the name that openpi and LeRobot give them.
struct GemmaVariant {
  std::string_view name;
  int width, depth, mlp, heads, kv_heads, head_dim;
};

/// gemma_2b, gemma_300m or dummy; a LoRA variant ("..._lora") has the sizes of its base. nullptr for another name.
const GemmaVariant* find_gemma_variant(std::string_view name);

/// Puts the sizes of the prefix LM and of the action expert into `config`. AWD_CHECK that both share depth and heads
/// (see share_attention).
void set_gemma_variants(const GemmaVariant& language, const GemmaVariant& expert, ModelConfig& config);

/// True if two stacks fit into one model: as many layers, heads, key heads, and values per head.
bool share_attention(const GemmaVariant& language, const GemmaVariant& expert);

/// The vocabulary of PaliGemma, with its location and segmentation pieces.
inline constexpr int kPaliGemmaVocab = 257152;

/// The full model (SigLIP So400m/14, gemma_2b, gemma_300m) for a robot of openpi: cameras in model order, dimensions,
/// horizon, prompt length, how the state enters, what lies between robot and model. kAuto is kGeneric: all 32
/// dimensions, three cameras, nothing relative.
ModelConfig pi_preset(Variant variant, RobotKind robot);

/// The part of a preset that belongs to the robot alone (cameras, dimensions, state_input, io), put into `config`;
/// the geometry, the horizon and the model dimensions stay.
void set_robot(RobotKind robot, ModelConfig& config);

}  // namespace awd
