// Reads named tensors of a checkpoint as f32, checking name, shape, type and that every value is finite.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "io/safetensors.h"

namespace awd {

using Shape = std::vector<std::int64_t>;

/// Errors name the file, the tensor, what was expected and what was found.
class WeightReader {
 public:
  explicit WeightReader(const SafetensorsFile& file);

  /// True if the file has the tensor.
  bool has(const std::string& name) const { return lookup(name) != nullptr; }
  /// The tensor as stored, after the same checks as read(); for tables that stay in the file.
  const StoredTensor& checked(const std::string& name, const Shape& shape) const;
  /// The tensor as a matrix whose rows are its last dimensions, `cols` values each; it stays in the file.
  StoredMatrix matrix(const std::string& name, const Shape& shape, int cols) const;
  /// All values as f32.
  std::vector<float> read(const std::string& name, const Shape& shape) const;

 private:
  const StoredTensor* lookup(const std::string& name) const;

  const SafetensorsFile& file_;
  std::string prefix_;  // checkpoints saved by lerobot put "model." before every name
};

}  // namespace awd
