// Safetensors files: a memory-mapped reader that trusts nothing in the header, and a small writer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/stored_matrix.h"

namespace awd {

enum class StoredType { kF32, kF16, kBf16, kI64, kI32, kU8, kOther };

/// The name used in a safetensors header, e.g. "BF16".
std::string_view stored_type_name(StoredType type);

/// One tensor inside a mapped file; valid as long as the SafetensorsFile lives. `bytes` need not be aligned.
struct StoredTensor {
  std::string name;
  StoredType type = StoredType::kOther;
  std::vector<std::int64_t> shape;
  std::span<const std::byte> bytes;

  std::int64_t elements() const;
  /// True for F32, F16 and BF16.
  bool is_float() const;
  /// How a floating point tensor is stored (F32, F16, BF16 only; AWD_CHECK otherwise).
  FloatFormat format() const;
  /// "[4, 256]"
  std::string shape_text() const;
  /// Elements first .. first + out.size() - 1 as f32 (F32, F16, BF16 only; AWD_CHECK otherwise).
  void read(std::int64_t first, std::span<float> out) const;
};

/// A safetensors file mapped read-only. Immutable, thread-safe.
class SafetensorsFile {
 public:
  /// Maps the file and checks its whole header: length, JSON, types, and that every tensor lies inside the file, has
  /// as many bytes as its shape needs and overlaps no other. Throws awd::Error naming the file and the tensor.
  explicit SafetensorsFile(const std::string& path);

  const std::string& path() const { return path_; }
  /// nullptr if there is no such tensor.
  const StoredTensor* find(const std::string& name) const;
  const std::map<std::string, StoredTensor>& tensors() const { return tensors_; }
  /// Bytes of the whole file.
  std::size_t size() const { return size_; }

  /// Asks for the pages of a tensor of this file, which will be read soon. Does not wait.
  void prefetch(const StoredTensor& tensor) const;
  /// Drops the pages of a tensor of this file from this process's memory; a later read brings them back.
  void release(const StoredTensor& tensor) const;

 private:
  void advise(const StoredTensor& tensor, int advice) const;

  std::string path_;
  std::size_t size_ = 0;
  std::shared_ptr<const std::byte> mapping_;
  std::map<std::string, StoredTensor> tensors_;
};

/// A tensor to write: f32 values that are stored as `type` (F32 or BF16).
struct TensorToWrite {
  std::string name;
  std::vector<std::int64_t> shape;
  std::vector<float> values;
  StoredType type = StoredType::kF32;
};

/// Writes a safetensors file. Throws awd::Error if the file cannot be written.
void write_safetensors(const std::string& path, std::span<const TensorToWrite> tensors);

}  // namespace awd
