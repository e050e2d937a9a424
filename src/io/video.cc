// Runs ffmpeg as a child that reads raw RGB frames from a socket.
#include "io/video.h"

#include <fmt/format.h>
#include <sys/socket.h>

#include <cerrno>
#include <string>
#include <vector>

#include "awd/error.h"
#include "base/check.h"
#include "io/child_process.h"

namespace awd {
namespace {

std::vector<std::string> encoder_arguments(const std::filesystem::path& out, const VideoWriter::Options& options) {
  return {"ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", "-y", "-f", "rawvideo", "-pixel_format", "rgb24",
          "-video_size", fmt::format("{}x{}", options.width, options.height), "-framerate", std::to_string(options.fps),
          "-i", "pipe:0", "-an", "-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-pix_fmt", "yuv420p",
          // One thread: evaluation jobs already use every core.
          "-threads", "1", "-movflags", "+faststart", "-f", "mp4", "file:" + out.string()};
}

}  // namespace

bool is_ffmpeg_available() { return is_program_available("ffmpeg"); }

/// The running child and our end of its stdin.
struct VideoWriter::Encoder {
  StreamEnds stream = open_stream_to_child();
  ChildProcess process;

  explicit Encoder(const std::vector<std::string>& arguments) : process(arguments, {.input = stream.childs.number()}) {
    stream.childs.reset();
  }
};

VideoWriter::VideoWriter(const std::filesystem::path& file, const Options& options)
    : file_(file), partial_(file.string() + ".part"), options_(options) {
  AWD_CHECK(options.width > 0 && options.height > 0 && options.width % 2 == 0 && options.height % 2 == 0,
            "H.264 yuv420p needs even sides, got {} x {}", options.width, options.height);
  encoder_ = std::make_unique<Encoder>(encoder_arguments(partial_, options));
}

VideoWriter::~VideoWriter() {
  encoder_.reset();
  std::error_code ignored;
  std::filesystem::remove(partial_, ignored);
}

void VideoWriter::fail() {
  encoder_->process.kill();
  const std::string complaint = encoder_->process.complaint();
  encoder_.reset();
  throw Error(file_.string(), fmt::format("expected ffmpeg to encode a video, got \"{}\"", complaint));
}

void VideoWriter::add(const ImageView& frame) {
  AWD_CHECK(encoder_ != nullptr && frame.width == options_.width && frame.height == options_.height,
            "{} x {} frame in a {} x {} video", frame.width, frame.height, options_.width, options_.height);
  const std::uint8_t* data = frame.data;
  std::size_t left = std::size_t(frame.width) * frame.height * 3;
  while (left > 0) {
    const ssize_t sent = send(encoder_->stream.ours.number(), data, left, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0) fail();
    data += sent;
    left -= std::size_t(sent);
  }
}

void VideoWriter::finish() {
  AWD_CHECK(encoder_ != nullptr);
  encoder_->stream.ours.reset();
  if (!encoder_->process.wait()) fail();
  encoder_.reset();
  std::filesystem::rename(partial_, file_);
}

}  // namespace awd
