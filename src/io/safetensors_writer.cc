// The header states every offset, so that tensors can be filled in any order and by several threads.
#include "io/safetensors_writer.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "awd/error.h"
#include "base/check.h"

namespace awd {
namespace {

using nlohmann::json;

constexpr std::size_t kAlignment = 8;  // of the first tensor's bytes in the file

std::uint64_t bytes_per_value(StoredType type) {
  switch (type) {
    case StoredType::kI64:
      return 8;
    case StoredType::kF32:
    case StoredType::kI32:
      return 4;
    case StoredType::kF16:
    case StoredType::kBf16:
      return 2;
    case StoredType::kU8:
      return 1;
    case StoredType::kOther:
      break;
  }
  AWD_CHECK(false, "a type that has no name in the format");
  return 0;
}

std::uint64_t tensor_bytes(const TensorHeader& tensor) {
  std::uint64_t bytes = bytes_per_value(tensor.type);
  for (const std::int64_t side : tensor.shape) bytes *= std::uint64_t(side);
  return bytes;
}

/// Length and text of the header, padded so that the bytes behind it are aligned.
std::string header_bytes(std::span<const TensorHeader> tensors) {
  json header = json::object();
  std::uint64_t offset = 0;
  for (const TensorHeader& tensor : tensors) {
    const std::uint64_t end = offset + tensor_bytes(tensor);
    header[tensor.name] = {
        {"dtype", stored_type_name(tensor.type)}, {"shape", tensor.shape}, {"data_offsets", {offset, end}}};
    offset = end;
  }
  AWD_CHECK(header.size() == tensors.size(), "{} tensors have {} names", tensors.size(), header.size());
  std::string text = header.dump();
  text.resize((text.size() + kAlignment - 1) / kAlignment * kAlignment, ' ');
  const std::uint64_t length = text.size();
  std::string bytes(sizeof length, '\0');
  std::memcpy(bytes.data(), &length, sizeof length);
  return bytes + text;
}

[[noreturn]] void fail(const std::filesystem::path& target) {
  throw Error(target.string(),
              fmt::format("expected to write the file, got: {}", std::generic_category().message(errno)));
}

}  // namespace

SafetensorsWriter::SafetensorsWriter(const std::filesystem::path& target, std::span<const TensorHeader> tensors)
    : target_(target),
      temporary_(target.parent_path() / fmt::format("{}.part-{}", target.filename().string(), getpid())) {
  const std::string header = header_bytes(tensors);
  begin_.push_back(header.size());
  for (const TensorHeader& tensor : tensors) begin_.push_back(begin_.back() + tensor_bytes(tensor));
  constexpr int kFileMode = 0644;
  file_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kFileMode);
  if (file_ < 0) fail(target_);
  try {
    put(0, std::as_bytes(std::span(header)));
  } catch (...) {
    ::close(file_);
    ::unlink(temporary_.c_str());
    throw;
  }
}

SafetensorsWriter::~SafetensorsWriter() {
  if (file_ < 0) return;
  ::close(file_);
  ::unlink(temporary_.c_str());
}

void SafetensorsWriter::write(std::size_t index, std::uint64_t first_byte, std::span<const std::byte> bytes) {
  AWD_CHECK(index + 1 < begin_.size(), "tensor {} of {}", index, begin_.size() - 1);
  const std::uint64_t position = begin_[index] + first_byte;
  AWD_CHECK(position + bytes.size() <= begin_[index + 1], "tensor {}: {} + {} bytes", index, first_byte, bytes.size());
  put(position, bytes);
  written_ += bytes.size();
}

void SafetensorsWriter::put(std::uint64_t position, std::span<const std::byte> bytes) const {
  while (!bytes.empty()) {
    const ssize_t count = ::pwrite(file_, bytes.data(), bytes.size(), off_t(position));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) fail(target_);
    position += std::uint64_t(count);
    bytes = bytes.subspan(std::size_t(count));
  }
}

void SafetensorsWriter::commit() {
  AWD_CHECK(written_ == begin_.back() - begin_.front(), "{} of {} bytes written", written_.load(),
            begin_.back() - begin_.front());
  const int file = std::exchange(file_, -1);
  if (::close(file) != 0 || ::rename(temporary_.c_str(), target_.c_str()) != 0) {
    const int problem = errno;
    ::unlink(temporary_.c_str());
    errno = problem;
    fail(target_);
  }
}

}  // namespace awd
