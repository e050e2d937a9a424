// The one exception type of AWD: the world is wrong (file, shape, option, unknown task), never a bug of ours.
#pragma once

#include <stdexcept>
#include <string>

namespace awd {

/// What went wrong at set-up or at a boundary, as one line: "[where] expected X, got Y". Thread-safe to copy.
class Error : public std::runtime_error {
 public:
  Error(const std::string& where, const std::string& what) : std::runtime_error("[" + where + "] " + what) {}
};

}  // namespace awd
