// Writes folders and files under a temporary name beside their place and renames them: rename(2) within one folder is
// atomic, and replaces an empty folder.
#include "io/run_directory.h"

#include <fmt/format.h>
#include <unistd.h>

#include <fstream>

#include "awd/error.h"

namespace awd {
namespace {

namespace fs = std::filesystem;

fs::path temporary_name(const fs::path& target) {
  return target.parent_path() / fmt::format("{}.part-{}", target.filename().string(), getpid());
}

/// `target` without a trailing slash, absolute, so that its parent folder is well defined.
fs::path normal_form(const fs::path& target) {
  const fs::path path = fs::absolute(target).lexically_normal();
  return path.has_filename() ? path : path.parent_path();
}

}  // namespace

RunDirectory::RunDirectory(const fs::path& target) : target_(normal_form(target)), temporary_(temporary_name(target_)) {
  std::error_code code;
  if (fs::exists(target_, code) && !(fs::is_directory(target_, code) && fs::is_empty(target_, code))) {
    throw Error(target.string(), "expected a new or empty folder, got one with content (choose another, or remove it)");
  }
  fs::create_directories(target_.parent_path(), code);
  if (!code) fs::create_directory(temporary_, code);
  if (code) throw Error(target.string(), fmt::format("expected a place to write, got \"{}\"", code.message()));
}

RunDirectory::~RunDirectory() {
  std::error_code ignored;
  if (!temporary_.empty()) fs::remove_all(temporary_, ignored);
}

void RunDirectory::commit() {
  std::error_code code;
  fs::rename(temporary_, target_, code);
  if (code) {
    throw Error(target_.string(),
                fmt::format("expected to rename the finished folder to this, got \"{}\"", code.message()));
  }
  temporary_.clear();
}

void write_file_atomically(const fs::path& file, std::string_view text) {
  const fs::path target = normal_form(file);
  const fs::path temporary = temporary_name(target);
  std::error_code code;
  {
    std::ofstream stream(temporary, std::ios::binary);
    stream << text;
    stream.close();
    if (!stream) code = std::make_error_code(std::errc::io_error);
  }
  if (!code) fs::rename(temporary, target, code);
  if (code) {
    std::error_code ignored;
    fs::remove(temporary, ignored);
    throw Error(file.string(), fmt::format("expected to write this file, got \"{}\"", code.message()));
  }
}

}  // namespace awd
