// Counts each tensor as the loader keeps it.
#include "engine/checkpoint/resident_bytes.h"

#include "engine/checkpoint/tensor_check.h"
#include "engine/checkpoint_tensors.h"

namespace awd {
namespace {

constexpr std::uint64_t kF32Bytes = 4;

/// Bytes of one weight of the large matrices.
std::uint64_t matrix_bytes(EngineDtype dtype) {
  switch (dtype) {
    case EngineDtype::kBf16:
      return 2;
    case EngineDtype::kInt8:
    case EngineDtype::kFp8:
      return 1;
    case EngineDtype::kF32:
    case EngineDtype::kAuto:
      break;
  }
  return kF32Bytes;
}

/// True for what only lives on as a table of the fixed flow times: pi0.5's time layers and modulations.
bool is_folded(const std::string& name) {
  return name.starts_with("time_mlp_") || name.find("norm.dense.") != std::string::npos;
}

}  // namespace

std::uint64_t resident_bytes(const ModelConfig& config, EngineDtype dtype) {
  std::uint64_t bytes = 0;
  for (const TensorSpec& spec : checkpoint_tensors(config)) {
    const PolicyPart part = part_of(spec.name);
    if (!spec.is_used || part == PolicyPart::kEmbedding || is_folded(spec.name)) continue;
    const auto count = std::uint64_t(spec.parameters());
    // Matrices of the stacks are in the compute type; patch and position embedding, heads, norms and biases are f32.
    const bool is_matrix =
        spec.shape.size() == 2 && part != PolicyPart::kHeads && spec.name.find("embeddings.") == std::string::npos;
    bytes += count * (is_matrix ? matrix_bytes(dtype) : kF32Bytes);
    if (is_matrix && matrix_bytes(dtype) == 1) bytes += std::uint64_t(spec.shape[0]) * kF32Bytes;  // scales
  }
  const std::uint64_t norms = 2 * std::uint64_t(config.llm.depth) + 1;
  if (config.variant == Variant::kPi05) {
    bytes += std::uint64_t(config.flow_steps) * norms * 3 * std::uint64_t(config.expert.width) * kF32Bytes;
  }
  const auto positions = std::uint64_t(config.max_prefix_tokens()) + std::uint64_t(config.suffix_tokens());
  return bytes + positions * std::uint64_t(config.llm.head_dim) * kF32Bytes;
}

}  // namespace awd
