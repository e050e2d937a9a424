// Cleans prompts, writes states into them, and makes token ids.
#include "engine/prompt.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "awd/error.h"

namespace awd {

std::string clean_prompt(std::string_view prompt) {
  constexpr std::string_view kBlank = " \t\n\r\f\v";
  const std::size_t first = prompt.find_first_not_of(kBlank);
  if (first == std::string_view::npos) return "";
  std::string clean(prompt.substr(first, prompt.find_last_not_of(kBlank) - first + 1));
  std::replace_if(
      clean.begin(), clean.end(), [](char c) { return c == '_' || c == '\n'; }, ' ');
  return clean;
}

int state_bin(float value) {
  // Bin edges are the multiples of 1/128 from -1 to 127/128, all exact in binary.
  const double bin = std::floor((double(value) + 1.0) * 128.0);
  return static_cast<int>(std::clamp(bin, -1.0, 255.0));
}

std::vector<int> prompt_tokens(const Tokenizer& tokenizer, const ModelConfig& config, std::string_view prompt,
                               std::span<const float> state) {
  std::vector<int> tokens;
  if (tokenizer.bos() >= 0) tokens.push_back(tokenizer.bos());
  const auto append = [&](const std::string& text) {
    const std::vector<int> ids = tokenizer.encode(text);
    tokens.insert(tokens.end(), ids.begin(), ids.end());
  };
  if (config.state_input == StateInput::kPrompt) {
    std::vector<int> bins;
    for (const float value : state) bins.push_back(state_bin(value));
    append(fmt::format("Task: {}, State: {};\nAction: ", clean_prompt(prompt), fmt::join(bins, " ")));
  } else {
    append(clean_prompt(prompt));
    append("\n");
  }
  if (int(tokens.size()) > config.max_tokens) {
    throw Error("prompt", fmt::format("expected at most {} tokens, got {}: \"{}\"", config.max_tokens, tokens.size(),
                                      prompt.substr(0, 80)));
  }
  if (tokens.empty()) throw Error("prompt", "expected at least one token, got none");
  return tokens;
}

}  // namespace awd
