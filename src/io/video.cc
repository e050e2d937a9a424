// Runs ffmpeg as a child that reads raw RGB frames from a socket. A socket instead of a pipe, because send() can be
// told not to raise SIGPIPE when the child has died; close-on-exec, so that no sibling child keeps it open.
#include "io/video.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "awd/error.h"
#include "base/check.h"

namespace awd {
namespace {

std::vector<std::string> encoder_arguments(const std::filesystem::path& out, const VideoWriter::Options& options) {
  return {"ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", "-y", "-f", "rawvideo", "-pixel_format", "rgb24",
          "-video_size", fmt::format("{}x{}", options.width, options.height), "-framerate", std::to_string(options.fps),
          "-i", "pipe:0", "-an", "-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-pix_fmt", "yuv420p",
          // One thread: evaluation jobs already use every core.
          "-threads", "1", "-movflags", "+faststart", "-f", "mp4", out.string()};
}

/// Starts ffmpeg with stdin = `input` and stderr = `log`, in a process group of its own so that a Ctrl-C at the
/// terminal reaches only us. Returns its process id, or -1 with errno set.
pid_t spawn_encoder(const std::vector<std::string>& arguments, int input, const std::filesystem::path& log) {
  std::vector<char*> argv;
  argv.reserve(arguments.size() + 1);
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);

  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0644);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);

  pid_t pid = -1;
  const int code = posix_spawnp(&pid, argv[0], &actions, &attributes, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  errno = code;
  return code == 0 ? pid : -1;
}

std::string first_line(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::string line;
  std::getline(stream, line);
  return line.empty() ? "no message" : line;
}

}  // namespace

bool is_ffmpeg_available() {
  const char* path = std::getenv("PATH");
  std::istringstream folders(path == nullptr ? "" : path);
  for (std::string folder; std::getline(folders, folder, ':');) {
    if (access((folder + "/ffmpeg").c_str(), X_OK) == 0) return true;
  }
  return false;
}

/// The running child and our end of its stdin.
struct VideoWriter::Encoder {
  pid_t pid = -1;
  int socket = -1;

  ~Encoder() {
    close_input();
    if (pid < 0) return;
    kill(pid, SIGKILL);
    static_cast<void>(wait());
  }
  void close_input() {
    if (socket >= 0) close(socket);
    socket = -1;
  }
  /// Waits for the end of the child; true if it reported success.
  [[nodiscard]] bool wait() {
    int status = 0;
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {
    }
    pid = -1;
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
  }
};

VideoWriter::VideoWriter(const std::filesystem::path& file, const Options& options)
    : file_(file),
      partial_(file.string() + ".part"),
      log_(file.string() + ".log"),
      options_(options),
      encoder_(std::make_unique<Encoder>()) {
  AWD_CHECK(options.width > 0 && options.height > 0 && options.width % 2 == 0 && options.height % 2 == 0,
            "H.264 yuv420p needs even sides, got {} x {}", options.width, options.height);
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) {
    throw Error(file_.string(), fmt::format("expected a socket pair, got \"{}\"", std::strerror(errno)));
  }
  encoder_->socket = ends[0];
  encoder_->pid = spawn_encoder(encoder_arguments(partial_, options), ends[1], log_);
  const int code = errno;
  close(ends[1]);
  if (encoder_->pid < 0) {
    std::error_code ignored;
    std::filesystem::remove(log_, ignored);
    throw Error(file_.string(), fmt::format("expected to start ffmpeg, got \"{}\"", std::strerror(code)));
  }
}

VideoWriter::~VideoWriter() {
  encoder_.reset();
  std::error_code ignored;
  std::filesystem::remove(partial_, ignored);
  std::filesystem::remove(log_, ignored);
}

void VideoWriter::fail() {
  encoder_.reset();
  throw Error(file_.string(), fmt::format("expected ffmpeg to encode a video, got \"{}\"", first_line(log_)));
}

void VideoWriter::add(const ImageView& frame) {
  AWD_CHECK(encoder_ != nullptr && frame.width == options_.width && frame.height == options_.height,
            "{} x {} frame in a {} x {} video", frame.width, frame.height, options_.width, options_.height);
  const std::uint8_t* data = frame.data;
  std::size_t left = std::size_t(frame.width) * frame.height * 3;
  while (left > 0) {
    const ssize_t sent = send(encoder_->socket, data, left, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) fail();
    data += sent;
    left -= std::size_t(sent);
  }
}

void VideoWriter::finish() {
  AWD_CHECK(encoder_ != nullptr);
  encoder_->close_input();
  if (!encoder_->wait()) fail();
  encoder_.reset();
  std::filesystem::rename(partial_, file_);
}

}  // namespace awd
