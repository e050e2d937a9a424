// JSON text from outside: what is taken is what its writer meant, and small enough to walk recursively.
// Included by .cc files only.
#pragma once

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace awd {

/// The value in `text`; discarded (is_discarded()) where it is garbled. Throws awd::Error naming `where` on nesting
/// deeper than 64 levels, which printing or copying would need as much stack for, and on an object that has a key
/// twice, of which other readers take the one or the other.
nlohmann::json parse_strict_json(std::string_view text, const std::string& where);

}  // namespace awd
