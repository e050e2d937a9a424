// Frames of a video file (any codec that ffmpeg knows) in order, through a pipe from the programs ffprobe and ffmpeg.
#pragma once

#include <filesystem>
#include <memory>

#include "awd/types.h"
#include "io/image.h"

namespace awd {

/// What ffprobe says about the first video stream of a file.
struct VideoInfo {
  int width = 0;   // pixels
  int height = 0;  // pixels
  double fps = 0;  // frames per second
};

/// Throws awd::Error naming the file if it is missing or has no readable video, and if ffprobe cannot be started.
VideoInfo probe_video(const std::filesystem::path& file);

/// Decodes consecutive frames; one frame is held in memory. Not thread-safe; several readers may run at once.
class VideoReader {
 public:
  struct Options {
    double start_s = 0;  // time of the first frame wanted; half a frame of tolerance
    int frames = 0;      // how many are wanted; 0: all to the end of the file
  };

  /// Starts the decoder. Throws awd::Error as probe_video() does.
  VideoReader(const std::filesystem::path& file, const Options& options);
  ~VideoReader();
  VideoReader(const VideoReader&) = delete;
  VideoReader& operator=(const VideoReader&) = delete;

  const VideoInfo& info() const { return info_; }
  /// The next frame, valid until the next call; an empty view after the last one. Throws awd::Error naming file and
  /// frame if the file holds fewer frames than wanted, with ffmpeg's own words if it has failed.
  ImageView next();

 private:
  struct Decoder;

  std::filesystem::path file_;
  Options options_;
  VideoInfo info_;
  Image frame_;
  int next_frame_ = 0;
  std::unique_ptr<Decoder> decoder_;  // none after the last frame
};

}  // namespace awd
