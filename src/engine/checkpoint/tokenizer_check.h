// Whether a SentencePiece model is one that a policy was trained with.
#pragma once

#include <string>

#include "engine/config.h"
#include "io/tokenizer.h"

namespace awd {

/// Loads the tokenizer at `path` and checks that its ids fit the embedding; for public checkpoints (`is_public`) also
/// the ids and pieces that every PaliGemma tokenizer has. Throws awd::Error that says where to get the right one.
Tokenizer load_tokenizer(const std::string& path, const ModelConfig& config, bool is_public);

}  // namespace awd
