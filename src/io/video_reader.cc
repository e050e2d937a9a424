// ffprobe tells the size, then ffmpeg writes raw RGB frames of that size to a pipe.
#include "io/video_reader.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "awd/error.h"
#include "base/check.h"
#include "io/child_process.h"

namespace awd {
namespace {

constexpr int kMaxSide = 16384;                               // pixels; beyond it a header is taken for broken
constexpr std::size_t kMaxProbeBytes = std::size_t(1) << 16;  // ffprobe's answer has about 200

/// The path as ffmpeg takes it: never for an option or another protocol.
std::string as_input(const std::filesystem::path& file) { return "file:" + file.string(); }

/// "30000/1001" as a number; 0 if it is none.
double rate_of(const std::string& fraction) {
  const std::size_t slash = fraction.find('/');
  const double over = std::strtod(fraction.c_str(), nullptr);
  const double under = slash == std::string::npos ? 1 : std::strtod(fraction.c_str() + slash + 1, nullptr);
  return under > 0 && over > 0 ? over / under : 0;
}

std::vector<std::string> decoder_arguments(const std::filesystem::path& file, const VideoInfo& info,
                                           const VideoReader::Options& options) {
  // ffmpeg drops frames before the start time; half a frame early keeps the wanted one whatever the rounding.
  const double start_s = std::max(0.0, options.start_s - 0.5 / info.fps);
  std::vector<std::string> arguments{"ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error", "-xerror",
                                     // One thread per video: an episode has several, and a program several episodes.
                                     "-threads", "1", "-noautorotate", "-ss", fmt::format("{:.6f}", start_s), "-i",
                                     as_input(file), "-map", "0:v:0",
                                     // Every stored frame once, none repeated or dropped to keep a rate.
                                     "-fps_mode", "passthrough"};
  if (options.frames > 0) arguments.insert(arguments.end(), {"-frames:v", std::to_string(options.frames)});
  arguments.insert(arguments.end(), {"-f", "rawvideo", "-pix_fmt", "rgb24", "pipe:1"});
  return arguments;
}

}  // namespace

/// The running child and our end of its stdout.
struct VideoReader::Decoder {
  StreamEnds stream = open_stream_from_child();
  ChildProcess process;

  explicit Decoder(const std::vector<std::string>& arguments) : process(arguments, {.output = stream.childs.number()}) {
    stream.childs.reset();
  }
};

VideoInfo probe_video(const std::filesystem::path& file) {
  if (!std::filesystem::is_regular_file(file)) throw Error(file.string(), "expected a video file, got no such file");
  StreamEnds stream = open_stream_from_child();
  ChildProcess probe({"ffprobe", "-loglevel", "error", "-select_streams", "v:0", "-show_entries",
                      "stream=width,height,avg_frame_rate", "-of", "json", as_input(file)},
                     {.output = stream.childs.number()});
  stream.childs.reset();
  std::string answer(kMaxProbeBytes, '\0');
  answer.resize(read_fully(stream.ours, answer.data(), answer.size(), file.string()));
  if (!probe.wait()) {
    throw Error(file.string(), fmt::format("expected a video that ffprobe can read, got \"{}\"", probe.complaint()));
  }
  const nlohmann::json json = nlohmann::json::parse(answer, nullptr, /*allow_exceptions=*/false);
  const nlohmann::json none;
  const nlohmann::json& streams = json.is_object() && json.contains("streams") ? json["streams"] : none;
  if (!streams.is_array() || streams.empty()) throw Error(file.string(), "expected a video stream, got none");
  VideoInfo info{streams[0].value("width", 0), streams[0].value("height", 0),
                 rate_of(streams[0].value("avg_frame_rate", ""))};
  if (info.width < 1 || info.height < 1 || info.width > kMaxSide || info.height > kMaxSide || info.fps <= 0) {
    throw Error(file.string(),
                fmt::format("expected a video of up to {} pixels a side and a frame rate, got {} x {} at {}", kMaxSide,
                            info.width, info.height, info.fps));
  }
  return info;
}

VideoReader::VideoReader(const std::filesystem::path& file, const Options& options)
    : file_(file), options_(options), info_(probe_video(file)) {
  AWD_CHECK(options.start_s >= 0 && options.frames >= 0, "{} {}", options.start_s, options.frames);
  frame_ = {info_.height, info_.width, std::vector<std::uint8_t>(std::size_t(info_.height) * info_.width * 3)};
  decoder_ = std::make_unique<Decoder>(decoder_arguments(file, info_, options));
}

VideoReader::~VideoReader() = default;

ImageView VideoReader::next() {
  if (decoder_ == nullptr || (options_.frames > 0 && next_frame_ == options_.frames)) {
    decoder_.reset();
    return {};
  }
  const std::size_t got = read_fully(decoder_->stream.ours, frame_.pixels.data(), frame_.pixels.size(), file_.string());
  if (got == frame_.pixels.size()) {
    ++next_frame_;
    return frame_.view();
  }
  const bool is_success = decoder_->process.wait();
  const std::string complaint = decoder_->process.complaint();
  decoder_.reset();
  if (is_success && got == 0 && options_.frames == 0) return {};
  if (is_success && got == 0) {
    throw Error(file_.string(), fmt::format("expected {} frames from {:.3f} s on, got {}", options_.frames,
                                            options_.start_s, next_frame_));
  }
  throw Error(file_.string(), fmt::format("frame {}: expected a picture, got \"{}\"", next_frame_, complaint));
}

}  // namespace awd
