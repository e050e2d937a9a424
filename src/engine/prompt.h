// From an instruction (and, for pi0.5, the robot's state) to the token ids of the prefix.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/config.h"
#include "io/tokenizer.h"

namespace awd {

/// The instruction as the model was trained on it: trimmed, underscores and newlines as spaces.
std::string clean_prompt(std::string_view prompt);

/// Bin of a normalised state value: 256 bins over [-1, 1), -1 below, 255 above.
int state_bin(float value);

/// Token ids of a whole prompt, begin mark first. `state` [state_dim] is normalised and read only where the state is
/// part of the prompt. Throws awd::Error if the prompt has no token, or more than config.max_tokens.
std::vector<int> prompt_tokens(const Tokenizer& tokenizer, const ModelConfig& config, std::string_view prompt,
                               std::span<const float> state);

}  // namespace awd
