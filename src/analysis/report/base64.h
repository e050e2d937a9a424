// Base64 (RFC 4648) for binary files inside of a page.
#pragma once

#include <string>
#include <string_view>

namespace awd::report {

/// Appends `bytes` in base64, padded, without line breaks.
void append_base64(std::string_view bytes, std::string& out);

}  // namespace awd::report
