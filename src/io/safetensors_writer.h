// Writes a safetensors file piece by piece, so that it may be larger than memory.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "io/safetensors.h"

namespace awd {

/// A tensor of a file to write: what its header says.
struct TensorHeader {
  std::string name;
  StoredType type = StoredType::kF32;
  std::vector<std::int64_t> shape;
};

/// A file being written under a temporary name beside its place. Destroyed before commit(), it removes what it wrote.
class SafetensorsWriter {
 public:
  /// Writes the header; the tensors' bytes follow it in this order. Throws awd::Error naming the file if it cannot be
  /// written. Types without a name in the format, and a name that comes twice, are AWD_CHECKed.
  SafetensorsWriter(const std::filesystem::path& target, std::span<const TensorHeader> tensors);
  ~SafetensorsWriter();
  SafetensorsWriter(const SafetensorsWriter&) = delete;
  SafetensorsWriter& operator=(const SafetensorsWriter&) = delete;

  /// Puts `bytes` of tensor `index` (of the constructor's list) at `first_byte` of it, in any order; thread-safe for
  /// pieces that do not overlap. Throws awd::Error if the file cannot be written.
  void write(std::size_t index, std::uint64_t first_byte, std::span<const std::byte> bytes);

  /// Gives the file its name, replacing another. Every byte must have been written once (AWD_CHECK on their number).
  void commit();

 private:
  void put(std::uint64_t position, std::span<const std::byte> bytes) const;

  std::filesystem::path target_;
  std::filesystem::path temporary_;
  int file_ = -1;                     // descriptor
  std::vector<std::uint64_t> begin_;  // of each tensor's bytes in the file, and the file's end
  std::atomic<std::uint64_t> written_{0};
};

}  // namespace awd
