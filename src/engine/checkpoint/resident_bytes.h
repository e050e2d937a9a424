// How much memory the packed weights of a policy will take, from its geometry.
#pragma once

#include <cstdint>

#include "awd/engine_options.h"
#include "engine/config.h"

namespace awd {

/// Bytes of packed weights and tables for a type of the matrices (kAuto is f32), without the token embedding, whose
/// rows stay in the file, and without activations. Packed layouts may pad a few percent on top.
std::uint64_t resident_bytes(const ModelConfig& config, EngineDtype dtype);

}  // namespace awd
