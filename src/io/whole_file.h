// A small file read at once, whatever its path turns out to be.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace awd {

/// The bytes of a regular file. Throws awd::Error "[path] expected a readable WHAT, got ..." where there is none or it
/// may not be read, at a folder, a pipe or a device (without waiting for its other end), and above `max_bytes`.
std::string read_whole_file(const std::string& path, std::string_view what, std::size_t max_bytes = 64u << 20);

/// An open descriptor of a regular file and its size. Errors as above.
struct RegularFile {
  int descriptor = -1;  // the caller's to close
  std::size_t bytes = 0;
};
RegularFile open_regular_file(const std::string& path, std::string_view what);

}  // namespace awd
