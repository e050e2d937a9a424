// Checks and reads tensors of a checkpoint.
#include "engine/weight_reader.h"

#include <fmt/format.h>

#include "awd/error.h"
#include "base/check.h"
#include "engine/checkpoint/tensor_check.h"
#include "io/finite_scan.h"

namespace awd {

const CheckpointTensor& WeightReader::checked(const std::string& name, const Shape& shape) const {
  const CheckpointTensor* tensor = checkpoint_.find(name);
  const std::string problem = tensor_problem(name, shape, tensor);
  if (!problem.empty()) throw Error(tensor == nullptr ? checkpoint_.path() : tensor->file->path(), problem);
  return *tensor;
}

const CheckpointTensor& WeightReader::scanned(const std::string& name, const Shape& shape) const {
  const CheckpointTensor& tensor = checked(name, shape);
  tensor.file->prefetch(*tensor.stored);
  if (!all_finite(tensor.stored->format(), tensor.stored->bytes)) {
    throw Error(tensor.file->path(), fmt::format("tensor {}: expected finite values, got NaN or infinity", name));
  }
  return tensor;
}

StoredMatrix WeightReader::matrix(const std::string& name, const Shape& shape, int cols) const {
  const StoredTensor& tensor = *scanned(name, shape).stored;
  return {tensor.bytes.data(), tensor.format(), int(tensor.elements() / cols), cols};
}

StoredMatrix WeightReader::unscanned_table(const std::string& name, const Shape& shape, int cols) const {
  const StoredTensor& tensor = *checked(name, shape).stored;
  return {tensor.bytes.data(), tensor.format(), int(tensor.elements() / cols), cols};
}

std::vector<float> WeightReader::read(const std::string& name, const Shape& shape) const {
  const CheckpointTensor& tensor = scanned(name, shape);
  std::vector<float> values(std::size_t(tensor.stored->elements()));
  tensor.stored->read(0, values);
  tensor.file->release(*tensor.stored);
  return values;
}

void WeightReader::release(const std::string& name) const {
  const CheckpointTensor* tensor = checkpoint_.find(name);
  AWD_CHECK(tensor != nullptr, "{}", name);
  tensor->file->release(*tensor->stored);
}

}  // namespace awd
