// Walks the list of expected tensors, then the file's own list.
#include "engine/checkpoint/tensor_check.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <set>

#include "awd/error.h"
#include "engine/checkpoint/tensor_names.h"
#include "engine/checkpoint_tensors.h"

namespace awd {
namespace {

constexpr std::size_t kNamedProblems = 3;  // in one message; the rest is counted

/// Names of adapters that must be merged into the weights before a checkpoint can run.
bool is_adapter(const std::string& name) { return name.find("lora_") != std::string::npos; }

}  // namespace

std::string_view part_name(PolicyPart part) {
  constexpr std::string_view kNames[kPolicyParts] = {"vision tower", "projector", "embedding",
                                                     "prefix LM",    "expert",    "heads"};
  return kNames[std::size_t(part)];
}

PolicyPart part_of(const std::string& name) {
  if (name == kEmbeddingTensor || name == kOwnEmbedding) return PolicyPart::kEmbedding;
  if (name.starts_with(kLanguagePrefix)) return PolicyPart::kLanguage;
  if (name.find(".multi_modal_projector.") != std::string::npos) return PolicyPart::kProjector;
  if (name.find(".vision_tower.") != std::string::npos) return PolicyPart::kVision;
  if (name.starts_with("paligemma_with_expert.gemma_expert.")) return PolicyPart::kExpert;
  return PolicyPart::kHeads;
}

std::string tensor_problem(const std::string& name, const std::vector<std::int64_t>& shape,
                           const CheckpointTensor* found) {
  const std::string expected = fmt::format("[{}]", fmt::join(shape, ", "));
  if (found == nullptr) return fmt::format("tensor {}: expected shape {}, got no such tensor", name, expected);
  const StoredTensor& stored = *found->stored;
  if (stored.shape != shape) {
    return fmt::format("tensor {}: expected shape {}, got {}", name, expected, stored.shape_text());
  }
  if (!stored.is_float()) {
    return fmt::format("tensor {}: expected F32, F16 or BF16, got {}", name, stored_type_name(stored.type));
  }
  return "";
}

void TensorCheck::add_unused(const std::string& name, const CheckpointTensor& tensor) {
  unused.push_back(name);
  unused_bytes += tensor.stored->bytes.size();
}

TensorCheck check_tensors(const Checkpoint& checkpoint, const ModelConfig& config) {
  TensorCheck check;
  std::set<std::string> known = {kOwnEmbedding};
  for (const TensorSpec& spec : checkpoint_tensors(config)) {
    known.insert(spec.name);
    const CheckpointTensor* found = checkpoint.find(spec.name);
    if (!spec.is_used) {
      if (found != nullptr) check.add_unused(spec.name, *found);
      continue;
    }
    PartCheck& part = check.parts[std::size_t(part_of(spec.name))];
    ++part.expected;
    std::string problem = tensor_problem(spec.name, spec.shape, found);
    if (!problem.empty()) {
      check.problems.push_back(std::move(problem));
      continue;
    }
    ++part.present;
    part.parameters += spec.parameters();
    part.bytes += found->stored->bytes.size();
    part.types.emplace(stored_type_name(found->stored->type));
  }
  if (checkpoint.tensors().contains(kOwnEmbedding) && checkpoint.tensors().contains(kEmbeddingTensor)) {
    check.add_unused(kEmbeddingTensor, checkpoint.tensors().at(kEmbeddingTensor));
  }
  for (const auto& [name, tensor] : checkpoint.tensors()) {
    if (known.contains(name)) continue;
    check.extra.push_back(tensor.stored->name);
    check.extra_bytes += tensor.stored->bytes.size();
    if (is_adapter(name)) {
      check.problems.push_back(
          fmt::format("tensor {}: expected adapters merged into the weights, got one on its own", tensor.stored->name));
    }
  }
  return check;
}

void require_tensors(const Checkpoint& checkpoint, const TensorCheck& check) {
  if (check.problems.empty()) return;
  const std::size_t named = std::min(kNamedProblems, check.problems.size());
  std::string text =
      fmt::format("{}", fmt::join(check.problems.begin(), check.problems.begin() + std::ptrdiff_t(named), "; "));
  if (named < check.problems.size()) text += fmt::format("; and {} more tensors", check.problems.size() - named);
  throw Error(checkpoint.path(), text);
}

}  // namespace awd
