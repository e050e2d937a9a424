// Writes policy folders with random weights, for tests and benchmarks of any geometry.
#pragma once

#include <cstdint>
#include <string>

#include "engine/config.h"
#include "io/safetensors.h"

namespace awd {

/// The geometry of the embedded policy models/tiny.
ModelConfig tiny_geometry();

/// Writes config.json, model.safetensors (the tensors that inference reads, as F32 or BF16), norm_stats.json (the
/// identity) and a copy of `tokenizer` to `folder`, which is made if needed. Equal arguments give equal bytes on every
/// machine. Throws awd::Error if a file cannot be written.
void write_random_policy(const std::string& folder, const ModelConfig& config, const std::string& tokenizer,
                         StoredType weights, std::uint64_t seed);

/// Whether `folder` holds a policy of this geometry, as write_random_policy() describes it.
bool is_random_policy(const std::string& folder, const ModelConfig& config);

}  // namespace awd
