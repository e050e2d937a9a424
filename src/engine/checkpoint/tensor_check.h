// What of a policy's tensors is in its checkpoint, from the headers alone.
#pragma once

#include <array>
#include <cstdint>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/checkpoint/checkpoint.h"
#include "engine/config.h"

namespace awd {

/// Parts of a policy, as people speak of them.
enum class PolicyPart { kVision, kProjector, kEmbedding, kLanguage, kExpert, kHeads };
inline constexpr int kPolicyParts = 6;

/// "vision tower", "projector", ...
std::string_view part_name(PolicyPart part);
/// The part that a tensor of that canonical name belongs to.
PolicyPart part_of(const std::string& name);

struct PartCheck {
  int expected = 0, present = 0;  // tensors that are read
  std::int64_t parameters = 0;    // of those that are there and read
  std::uint64_t bytes = 0;        // of the same, in the file
  std::set<std::string> types;    // words such as "BF16"
};

struct TensorCheck {
  std::array<PartCheck, kPolicyParts> parts;  // by PolicyPart
  std::vector<std::string> problems;          // "tensor X: expected ..., got ..."
  std::vector<std::string> unused;            // canonical names that the format knows but inference does not read
  std::vector<std::string> extra;             // names in the file that the format does not know
  std::uint64_t unused_bytes = 0, extra_bytes = 0;

  void add_unused(const std::string& name, const CheckpointTensor& tensor);
};

/// Compares names, shapes and types with checkpoint_tensors(config). Reads no values.
TensorCheck check_tensors(const Checkpoint& checkpoint, const ModelConfig& config);

/// Throws one awd::Error that names the first problems of `check` and how many there are, if there are any.
void require_tensors(const Checkpoint& checkpoint, const TensorCheck& check);

/// "tensor NAME: expected ..., got ..." if `found` (perhaps nullptr) is no floating point tensor of `shape`, else "".
std::string tensor_problem(const std::string& name, const std::vector<std::int64_t>& shape,
                           const CheckpointTensor* found);

}  // namespace awd
