// Cleans prompts, writes states into them, and makes token ids.
#include "engine/prompt.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "awd/error.h"
#include "io/utf8.h"

namespace awd {
namespace {

/// What Python's str.strip() takes for white space.
constexpr std::string_view kBlanks[] = {" ",      "\t",     "\n",     "\v",     "\f",     "\r",     "\x1c",   "\x1d",
                                        "\x1e",   "\x1f",   "\u0085", "\u00a0", "\u1680", "\u2000", "\u2001", "\u2002",
                                        "\u2003", "\u2004", "\u2005", "\u2006", "\u2007", "\u2008", "\u2009", "\u200a",
                                        "\u2028", "\u2029", "\u202f", "\u205f", "\u3000"};

std::string_view trim(std::string_view text) {
  for (bool is_trimmed = false; !is_trimmed;) {
    is_trimmed = true;
    for (const std::string_view blank : kBlanks) {
      if (text.starts_with(blank)) {
        text.remove_prefix(blank.size());
        is_trimmed = false;
      } else if (text.ends_with(blank)) {
        text.remove_suffix(blank.size());
        is_trimmed = false;
      }
    }
  }
  return text;
}

/// The texts that are made into tokens one by one.
std::vector<std::string> texts_of(const ModelConfig& config, std::string_view prompt, std::span<const float> state) {
  if (config.io.prompt == PromptText::kVerbatim) {
    return {std::string(prompt) + (prompt.ends_with('\n') ? "" : "\n")};
  }
  if (config.state_input != StateInput::kPrompt) return {clean_prompt(prompt), "\n"};
  std::vector<int> bins(state.size());
  std::ranges::transform(state, bins.begin(), state_bin);
  return {fmt::format("Task: {}, State: {};\nAction: ", clean_prompt(prompt), fmt::join(bins, " "))};
}

}  // namespace

std::string clean_prompt(std::string_view prompt) {
  std::string clean(trim(prompt));
  std::ranges::replace_if(
      clean, [](char c) { return c == '_' || c == '\n'; }, ' ');
  return clean;
}

int state_bin(float value) {
  // Bin edges are the multiples of 1/128 from -1 to 127/128: the product is exact, so that no value crosses an edge.
  const double bin = std::floor(double(value) * 128.0) + 128.0;
  return static_cast<int>(std::clamp(bin, -1.0, 255.0));
}

std::vector<int> prompt_tokens(const Tokenizer& tokenizer, const ModelConfig& config, std::string_view prompt,
                               std::span<const float> state) {
  if (!is_utf8(prompt)) throw Error("prompt", "expected UTF-8, got other bytes");
  std::vector<int> tokens;
  if (tokenizer.bos() >= 0) tokens.push_back(tokenizer.bos());
  for (const std::string& text : texts_of(config, prompt, state)) {
    const std::vector<int> ids = tokenizer.encode(text);
    tokens.insert(tokens.end(), ids.begin(), ids.end());
  }
  if (int(tokens.size()) > config.max_tokens) {
    throw Error("prompt", fmt::format("expected at most {} tokens, got {}: \"{:.80}\"", config.max_tokens,
                                      tokens.size(), prompt));
  }
  if (tokens.empty()) throw Error("prompt", "expected at least one token, got none");
  const int largest = std::ranges::max(tokens);
  if (largest >= config.llm.vocab) {
    throw Error("prompt", fmt::format("expected token ids below the model's vocabulary of {}, got {}", config.llm.vocab,
                                      largest));
  }
  return tokens;
}

}  // namespace awd
