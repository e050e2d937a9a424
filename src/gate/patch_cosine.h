// VLA-Cache's static test: how many patches are no longer similar to the anchor's?
#pragma once

#include <span>

#include "awd/gate.h"

namespace awd {

/// Share of the patches whose cosine similarity with the same patch of `anchor` is below `tau`, 0 .. 1. Both pictures
/// are [height, width, 3] with a patch grid; pixels are mapped to `range`; a patch of norm 0 has similarity 0, or 1
/// with another such patch.
double patch_change(const ImageView& picture, std::span<const std::uint8_t> anchor, PixelRange range, double tau);

}  // namespace awd
