// Names of the recordings of one session, see Ops::Recording. A name differs wherever the calls of a stage differ: in
// number, or in the memory that they use.
#pragma once

#include <cstdint>

#include "engine/layer_range.h"

namespace awd {

/// The vision tower on so many cameras, written to `out`.
inline std::uint64_t vision_recording(int cameras, const void* out) {
  return std::uint64_t{1} << 60 | std::uint64_t(cameras) << 48 | reinterpret_cast<std::uintptr_t>(out);
}

/// A full prefill into the memory `id` of a cache.
inline std::uint64_t prefix_recording(std::uint64_t id) { return std::uint64_t{2} << 60 | id; }

/// The flow from a step on, where the last step shares out `shares` rows of attention for each of `layers`.
inline std::uint64_t flow_recording(int first_step, LayerRange layers, int shares) {
  return std::uint64_t{3} << 60 | std::uint64_t(first_step) << 32 | std::uint64_t(layers.first) << 24 |
         std::uint64_t(layers.last) << 16 | std::uint64_t(shares);
}

}  // namespace awd
