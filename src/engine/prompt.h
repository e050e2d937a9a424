// From an instruction (and, for pi0.5, the robot's state) to the token ids of the prefix.
//
// | text of config.io.prompt    | state_input kPrompt                                          | otherwise |
// |-----------------------------|--------------------------------------------------------------|------------------------|
// | kClean (openpi, LeRobot's   | begin, "Task: TEXT, State: BIN BIN ...;\nAction: "           | begin, TEXT, "\n" as a
// | | pi0.5)                      |                                                              | token of its own |
// | kVerbatim (LeRobot's pi0)   | -                                                            | begin, TEXT with "\n"
// | |                             |                                                              | if it does not end
// so  |
//
// No padding: a prompt of its own length gives the numbers of a padded and masked one. A prompt that is too long is an
// error; openpi and LeRobot cut it, with it the end mark that the model answers to, and go on.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/config.h"
#include "io/tokenizer.h"

namespace awd {

/// The instruction as the model was trained on it: trimmed of Unicode's white space, underscores and newlines as
/// spaces.
std::string clean_prompt(std::string_view prompt);

/// Bin of a normalised state value: 256 bins over [-1, 1), -1 below, 255 above. LeRobot bins floats as well; openpi
/// bins doubles, which gives the next bin for one value in about a million, within 1e-7 of an edge.
int state_bin(float value);

/// Token ids of a whole prompt, begin mark first. `state` [state_dim] is normalised and read only where the state is
/// part of the prompt. Throws awd::Error if the prompt is no UTF-8, has no token or more than config.max_tokens, or if
/// a token has no row in the model's vocabulary.
std::vector<int> prompt_tokens(const Tokenizer& tokenizer, const ModelConfig& config, std::string_view prompt,
                               std::span<const float> state);

}  // namespace awd
