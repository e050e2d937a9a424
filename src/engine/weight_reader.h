// Reads named tensors of a checkpoint, checking name, shape, type and that every value is finite.
#pragma once

#include <string>
#include <vector>

#include "engine/checkpoint/checkpoint.h"
#include "engine/checkpoint_tensors.h"

namespace awd {

/// Errors name the file, the tensor, what was expected and what was found. Thread-safe.
class WeightReader {
 public:
  explicit WeightReader(const Checkpoint& checkpoint) : checkpoint_(checkpoint) {}

  /// The tensor as a matrix whose rows are its last dimensions, `cols` values each. It stays in the file's mapping:
  /// call release() when it has been packed.
  StoredMatrix matrix(const std::string& name, const Shape& shape, int cols) const;
  /// matrix() of a table whose values are not looked at here: the caller checks each row that it reads.
  StoredMatrix unscanned_table(const std::string& name, const Shape& shape, int cols) const;
  /// All values as f32.
  std::vector<float> read(const std::string& name, const Shape& shape) const;
  /// Gives the memory of the tensor's pages back; they are read from the file again if needed.
  void release(const std::string& name) const;

 private:
  const CheckpointTensor& checked(const std::string& name, const Shape& shape) const;
  const CheckpointTensor& scanned(const std::string& name, const Shape& shape) const;

  const Checkpoint& checkpoint_;
};

}  // namespace awd
