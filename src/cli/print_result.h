// How every command hands over what it found: text for people, JSON for programs.
#pragma once

#include <string>
#include <string_view>

namespace awd::cli {

/// Prints `text`; `results` (JSON, ending with a newline) goes to the file `json`, nowhere for "", or for "-" to
/// standard output, which moves the text to standard error. Throws awd::Error where the file cannot be written.
void print_result(std::string_view text, std::string_view results, const std::string& json);

}  // namespace awd::cli
