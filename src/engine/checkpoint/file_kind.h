// What lies at a path, without exceptions for paths that cannot be followed.
#pragma once

#include <filesystem>
#include <system_error>

namespace awd {

/// True if there is anything at `path`, readable or not; who opens it then says what is wrong with it.
inline bool is_there(const std::filesystem::path& path) {
  std::error_code failure;
  return std::filesystem::exists(std::filesystem::symlink_status(path, failure));
}

inline bool is_folder(const std::filesystem::path& path) {
  std::error_code failure;
  return std::filesystem::is_directory(path, failure);
}

}  // namespace awd
