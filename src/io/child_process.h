// Programs run as children, without a shell: given streams, their complaints kept, never left behind as zombies.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace awd {

/// Owns a file descriptor.
class FileDescriptor {
 public:
  FileDescriptor() = default;
  explicit FileDescriptor(int number) : number_(number) {}
  ~FileDescriptor() { reset(); }
  FileDescriptor(FileDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  FileDescriptor& operator=(FileDescriptor&& other) noexcept;

  int number() const { return number_; }  // -1: none
  void reset();

 private:
  int number_ = -1;
};

/// True if a program of this name is on the PATH.
bool is_program_available(std::string_view name);

/// A running program. Destroying it kills the program and waits for its end. Not thread-safe; several may run at once.
class ChildProcess {
 public:
  /// Descriptors that become the child's stdin and stdout; -1: /dev/null. All others of ours must be close-on-exec.
  struct Streams {
    int input = -1;
    int output = -1;
  };

  /// Starts arguments[0], looked up on the PATH, in a process group of its own, so that a Ctrl-C at the terminal
  /// reaches only us. Throws awd::Error naming the program if it cannot be started.
  ChildProcess(const std::vector<std::string>& arguments, const Streams& streams);
  ~ChildProcess() { kill(); }
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// Waits for the end of the program; true if it reported success. Call it once.
  [[nodiscard]] bool wait();
  /// Ends the program at once, if it still runs.
  void kill();
  /// First line of what the program has written to stderr; "no message" if nothing.
  std::string complaint() const;

 private:
  pid_t pid_ = -1;
  FileDescriptor complaints_;  // a file in memory
};

/// Our end and the child's end of a byte stream to or from a child; both close-on-exec.
struct StreamEnds {
  FileDescriptor ours;
  FileDescriptor childs;
};
/// For writing to a child: a socket, because send() can be told not to raise SIGPIPE when the child has died.
StreamEnds open_stream_to_child();
/// For reading what a child writes.
StreamEnds open_stream_from_child();

/// Reads until `size` bytes are there; fewer only at the end of the stream. `from` is for messages.
std::size_t read_fully(const FileDescriptor& stream, void* data, std::size_t size, const std::string& from);

}  // namespace awd
