// Finds NaN and infinity among stored numbers at the speed of memory.
#pragma once

#include <cstddef>
#include <span>

#include "base/stored_matrix.h"

namespace awd {

/// True if no number is NaN or infinite. `bytes` need not be aligned; large ones are split over all cores.
bool all_finite(FloatFormat format, std::span<const std::byte> bytes);

}  // namespace awd
