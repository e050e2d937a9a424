// Reads the model file itself, so that a missing file and a garbled one are told apart; the rest is libsentencepiece.
#include "io/tokenizer.h"

#include <fmt/format.h>
#include <sentencepiece_processor.h>

#include "awd/error.h"
#include "io/whole_file.h"

namespace awd {

struct Tokenizer::Impl {
  sentencepiece::SentencePieceProcessor processor;
};

Tokenizer::Tokenizer(const std::string& path) : impl_(std::make_unique<Impl>()) {
  const auto status = impl_->processor.LoadFromSerializedProto(read_whole_file(path, "SentencePiece model"));
  if (!status.ok() || impl_->processor.GetPieceSize() == 0) {
    throw Error(path, fmt::format("expected a SentencePiece model, got: {}", status.ToString()));
  }
}

Tokenizer::~Tokenizer() = default;
Tokenizer::Tokenizer(Tokenizer&&) noexcept = default;

std::vector<int> Tokenizer::encode(std::string_view text) const {
  std::vector<int> ids;
  const auto status = impl_->processor.Encode({text.data(), text.size()}, &ids);
  if (!status.ok()) throw Error("tokenizer", fmt::format("expected text to encode, got: {}", status.ToString()));
  return ids;
}

int Tokenizer::bos() const { return impl_->processor.bos_id(); }
int Tokenizer::size() const { return impl_->processor.GetPieceSize(); }

}  // namespace awd
