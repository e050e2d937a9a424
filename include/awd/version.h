// Version of the AWD library; bumped with CMakeLists.txt.
#pragma once

namespace awd {
inline constexpr const char* kVersion = "0.1.0";
}  // namespace awd
