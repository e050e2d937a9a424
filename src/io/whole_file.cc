// Opens without blocking and looks at what was opened before anything is read.
#include "io/whole_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <memory>
#include <system_error>

#include "awd/error.h"

namespace awd {
namespace {

[[noreturn]] void fail(const std::string& path, std::string_view what, const std::string& got) {
  throw Error(path, fmt::format("expected a readable {}, got {}", what, got));
}

std::string system_message() { return std::generic_category().message(errno); }

}  // namespace

RegularFile open_regular_file(const std::string& path, std::string_view what) {
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) fail(path, what, errno == ENOENT ? "no such file" : system_message());
  struct stat info {};
  if (::fstat(file, &info) == 0 && S_ISREG(info.st_mode)) return {file, std::size_t(info.st_size)};
  ::close(file);
  fail(path, what, S_ISDIR(info.st_mode) ? "a folder" : "no regular file");
}

std::string read_whole_file(const std::string& path, std::string_view what, std::size_t max_bytes) {
  const RegularFile file = open_regular_file(path, what);
  const auto closer = [](const int* descriptor) { ::close(*descriptor); };
  const std::unique_ptr<const int, decltype(closer)> guard(&file.descriptor, closer);
  if (file.bytes > max_bytes) fail(path, what, fmt::format("{} bytes, more than {}", file.bytes, max_bytes));
  std::string bytes(file.bytes, '\0');
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count = ::read(file.descriptor, bytes.data() + done, bytes.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(path, what, system_message());
    if (count == 0) break;  // shortened since it was opened
    done += std::size_t(count);
  }
  bytes.resize(done);
  return bytes;
}

}  // namespace awd
