// SentencePiece tokenizer of a policy.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace awd {

/// Text to token ids. Immutable after construction, thread-safe.
class Tokenizer {
 public:
  /// Throws awd::Error if the file is missing or is no SentencePiece model.
  explicit Tokenizer(const std::string& path);
  ~Tokenizer();
  Tokenizer(Tokenizer&&) noexcept;

  /// Ids of `text`, without begin or end marks.
  std::vector<int> encode(std::string_view text) const;
  /// The begin-of-sequence id, or -1 if the model has none.
  int bos() const;
  /// Number of pieces; ids are below it.
  int size() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace awd
