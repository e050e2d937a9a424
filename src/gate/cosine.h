// Cosine similarity of two pictures of the same size: the signal of the gate `cosine`.
#pragma once

#include <span>

#include "awd/gate.h"

namespace awd {

/// <x, y> / (|x| |y|) of two pictures [n] whose pixels are mapped to `range`; 0 where a picture has norm 0.
double cosine_similarity(std::span<const std::uint8_t> x, std::span<const std::uint8_t> y, PixelRange range);

}  // namespace awd
