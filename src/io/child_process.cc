// posix_spawn with redirected streams; stderr goes to an anonymous file in memory, which a full pipe cannot block.
#include "io/child_process.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <sstream>

#include "awd/error.h"
#include "base/check.h"

namespace awd {
namespace {

[[noreturn]] void fail(const std::string& where, std::string_view expected, int code) {
  throw Error(where, fmt::format("expected {}, got \"{}\"", expected, std::strerror(code)));
}

/// posix_spawnp; the process id, or -1 with `code` set.
pid_t spawn(const std::vector<std::string>& arguments, const ChildProcess::Streams& streams, int complaints,
            int& code) {
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  const auto redirect = [&actions](int from, int to, int mode) {
    if (from >= 0) {
      posix_spawn_file_actions_adddup2(&actions, from, to);
    } else {
      posix_spawn_file_actions_addopen(&actions, to, "/dev/null", mode, 0);
    }
  };
  redirect(streams.input, STDIN_FILENO, O_RDONLY);
  redirect(streams.output, STDOUT_FILENO, O_WRONLY);
  redirect(complaints, STDERR_FILENO, O_WRONLY);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);

  pid_t pid = -1;
  code = posix_spawnp(&pid, argv[0], &actions, &attributes, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  return code == 0 ? pid : -1;
}

}  // namespace

FileDescriptor& FileDescriptor::operator=(FileDescriptor&& other) noexcept {
  if (this != &other) {
    reset();
    number_ = std::exchange(other.number_, -1);
  }
  return *this;
}

void FileDescriptor::reset() {
  if (number_ >= 0) close(number_);
  number_ = -1;
}

bool is_program_available(std::string_view name) {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (access(fmt::format("{}/{}", folder, name).c_str(), X_OK) == 0) return true;
  }
  return false;
}

ChildProcess::ChildProcess(const std::vector<std::string>& arguments, const Streams& streams)
    : complaints_(memfd_create("complaints", MFD_CLOEXEC)) {
  AWD_CHECK(!arguments.empty());
  if (complaints_.number() < 0) fail(arguments[0], "a file in memory", errno);
  int code = 0;
  pid_ = spawn(arguments, streams, complaints_.number(), code);
  if (pid_ < 0) fail(arguments[0], fmt::format("to start the program {}", arguments[0]), code);
}

bool ChildProcess::wait() {
  AWD_CHECK(pid_ > 0, "no child to wait for");
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

void ChildProcess::kill() {
  if (pid_ < 0) return;
  ::kill(pid_, SIGKILL);
  static_cast<void>(wait());
}

std::string ChildProcess::complaint() const {
  std::array<char, 400> text{};
  const ssize_t size = pread(complaints_.number(), text.data(), text.size(), 0);
  const std::string_view all(text.data(), size > 0 ? std::size_t(size) : 0);
  const std::string_view line = all.substr(0, all.find('\n'));
  return line.empty() ? "no message" : std::string(line);
}

StreamEnds open_stream_to_child() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) fail("socket", "a socket pair", errno);
  return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

StreamEnds open_stream_from_child() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) fail("pipe", "a pipe", errno);
  return {FileDescriptor(ends[0]), FileDescriptor(ends[1])};
}

std::size_t read_fully(const FileDescriptor& stream, void* data, std::size_t size, const std::string& from) {
  std::size_t have = 0;
  while (have < size) {
    const ssize_t got = read(stream.number(), static_cast<char*>(data) + have, size - have);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail(from, "to read from a child process", errno);
    if (got == 0) break;
    have += std::size_t(got);
  }
  return have;
}

}  // namespace awd
