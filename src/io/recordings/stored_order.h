// How pictures lie in a file; readers turn them so that the top row comes first and the scene is upright.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "awd/options.h"

namespace awd {

/// kAuto: what the file says of itself, else the habit of its format. kRotated180: turned by 180 degrees.
enum class StoredOrder { kAuto, kTopDown, kBottomUp, kRotated180 };

template <>
inline constexpr std::string_view kEnumWords<StoredOrder>[] = {"auto", "top_down", "bottom_up", "rotated_180"};

/// Turns one picture [height, width, channels] of a file in place: top row first, upright. kAuto must be resolved: it
/// turns nothing.
void turn_upright(std::span<std::uint8_t> pixels, int height, int channels, StoredOrder order);

}  // namespace awd
