// Checks and reads tensors of a checkpoint.
#include "engine/weight_reader.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>

#include "awd/error.h"

namespace awd {
namespace {

bool all_finite(std::span<const float> values) {
  return std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); });
}

/// Looks at the tensor in pieces, so that a table of gigabytes needs no copy.
bool all_finite(const StoredTensor& tensor) {
  constexpr std::int64_t kPiece = 1 << 16;
  std::vector<float> piece;
  for (std::int64_t first = 0; first < tensor.elements(); first += kPiece) {
    piece.resize(std::size_t(std::min(kPiece, tensor.elements() - first)));
    tensor.read(first, piece);
    if (!all_finite(piece)) return false;
  }
  return true;
}

}  // namespace

WeightReader::WeightReader(const SafetensorsFile& file) : file_(file) {
  for (const auto& [name, tensor] : file.tensors()) {
    if (name.starts_with("model.paligemma_with_expert.")) prefix_ = "model.";
  }
}

const StoredTensor* WeightReader::lookup(const std::string& name) const { return file_.find(prefix_ + name); }

const StoredTensor& WeightReader::checked(const std::string& name, const Shape& shape) const {
  const StoredTensor* tensor = lookup(name);
  const std::string expected = fmt::format("[{}]", fmt::join(shape, ", "));
  if (tensor == nullptr) {
    throw Error(file_.path(), fmt::format("tensor {}: expected shape {}, got no such tensor", name, expected));
  }
  if (tensor->shape != shape) {
    throw Error(file_.path(),
                fmt::format("tensor {}: expected shape {}, got {}", name, expected, tensor->shape_text()));
  }
  const StoredType type = tensor->type;
  if (type != StoredType::kF32 && type != StoredType::kF16 && type != StoredType::kBf16) {
    throw Error(file_.path(),
                fmt::format("tensor {}: expected F32, F16 or BF16, got {}", name, stored_type_name(type)));
  }
  if (!all_finite(*tensor)) {
    throw Error(file_.path(), fmt::format("tensor {}: expected finite values, got NaN or infinity", name));
  }
  return *tensor;
}

StoredMatrix WeightReader::matrix(const std::string& name, const Shape& shape, int cols) const {
  const StoredTensor& tensor = checked(name, shape);
  return {tensor.bytes.data(), tensor.format(), int(tensor.elements() / cols), cols};
}

std::vector<float> WeightReader::read(const std::string& name, const Shape& shape) const {
  const StoredTensor& tensor = checked(name, shape);
  std::vector<float> values(std::size_t(tensor.elements()));
  tensor.read(0, values);
  return values;
}

}  // namespace awd
