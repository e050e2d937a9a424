// Loads a tokenizer and asks it a few questions with known answers.
#include "engine/checkpoint/tokenizer_check.h"

#include <fmt/format.h>

#include <filesystem>

#include "awd/error.h"
#include "engine/checkpoint/file_kind.h"

namespace awd {
namespace {

constexpr int kPaliGemmaBos = 2;

}  // namespace

Tokenizer load_tokenizer(const std::string& path, const ModelConfig& config, bool is_public) {
  if (is_public && !is_there(path)) {
    throw Error(path,
                "expected the tokenizer.model of google/paligemma-3b-pt-224 (Hugging Face; or "
                "paligemma_tokenizer.model of openpi), got no such file: copy it there or name it with the "
                "option tokenizer");
  }
  Tokenizer tokenizer(path);
  if (tokenizer.size() > config.llm.vocab) {
    throw Error(path,
                fmt::format("expected at most llm.vocab = {} pieces, got {}", config.llm.vocab, tokenizer.size()));
  }
  if (!is_public) return tokenizer;
  if (tokenizer.bos() != kPaliGemmaBos) {
    throw Error(path, fmt::format("expected PaliGemma's tokenizer, whose begin mark has id {}, got {}", kPaliGemmaBos,
                                  tokenizer.bos()));
  }
  const std::size_t newline = tokenizer.encode("\n").size();
  if (newline != 1) {
    throw Error(path, fmt::format("expected PaliGemma's tokenizer, where a newline is one piece, got {}", newline));
  }
  return tokenizer;
}

}  // namespace awd
