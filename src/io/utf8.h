// Well-formed UTF-8.
#pragma once

#include <cstdint>
#include <string_view>

namespace awd {

/// True if `text` is UTF-8 as the standard has it: no cut or overlong sequences, no surrogates, nothing above U+10FFFF.
inline bool is_utf8(std::string_view text) {
  for (std::size_t i = 0; i < text.size();) {
    const auto lead = static_cast<std::uint8_t>(text[i]);
    const int more = lead < 0x80 ? 0 : lead >> 5 == 0x06 ? 1 : lead >> 4 == 0x0e ? 2 : lead >> 3 == 0x1e ? 3 : -1;
    if (more < 0 || text.size() - i <= std::size_t(more)) return false;
    std::uint32_t code = more == 0 ? lead : lead & (0x3fu >> more);
    for (int k = 1; k <= more; ++k) {
      const auto next = static_cast<std::uint8_t>(text[i + std::size_t(k)]);
      if (next >> 6 != 0x02) return false;
      code = code << 6 | (next & 0x3fu);
    }
    constexpr std::uint32_t kFirstOfLength[] = {0, 0x80, 0x800, 0x10000};
    const bool is_surrogate = code >= 0xd800 && code < 0xe000;
    if (code < kFirstOfLength[more] || is_surrogate || code > 0x10ffff) return false;
    i += std::size_t(more) + 1;
  }
  return true;
}

}  // namespace awd
