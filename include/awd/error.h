// The one exception type of AWD: the world is wrong (file, shape, option, unknown task), never a bug of ours.
#pragma once

#include <algorithm>
#include <cstddef>
#include <stdexcept>
#include <string>

namespace awd {

/// What went wrong at set-up or at a boundary, as one line: "[where] expected X, got Y". Thread-safe to copy.
/// X and Y may quote a file: control characters become blanks, and the line ends with "..." after kMaxBytes.
class Error : public std::runtime_error {
 public:
  static constexpr std::size_t kMaxBytes = 4000;

  Error(const std::string& where, const std::string& what) : std::runtime_error(one_line("[" + where + "] " + what)) {}

 private:
  static std::string one_line(std::string text) {
    if (text.size() > kMaxBytes) {
      std::size_t end = kMaxBytes;
      while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;  // not inside a UTF-8 character
      text.replace(end, text.size(), "...");
    }
    std::replace_if(
        text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, ' ');
    return text;
  }
};

}  // namespace awd
