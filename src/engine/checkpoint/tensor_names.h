// The spellings of a tensor's name in public checkpoints, and the one that AWD uses.
#pragma once

#include <string>
#include <string_view>

namespace awd {

/// Where some checkpoints keep the token embedding beside, or instead of, the output head that shares it.
inline constexpr const char* kOwnEmbedding = "paligemma_with_expert.paligemma.model.language_model.embed_tokens.weight";

/// The name that openpi's converter gives to the tensor that a file calls `stored`: without LeRobot's leading "model.",
/// and with the ".model." level that checkpoints of older transformers versions lack. Unknown names stay.
std::string canonical_name(std::string_view stored);

}  // namespace awd
