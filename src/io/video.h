// MP4 files (H.264, yuv420p) by piping RGB frames to the `ffmpeg` program.
#pragma once

#include <filesystem>
#include <memory>

#include "awd/types.h"

namespace awd {

/// True if an `ffmpeg` program is on the PATH.
bool is_ffmpeg_available();

/// Encodes one video. The file appears under its name only after finish(); a writer destroyed before that leaves
/// nothing behind. Not thread-safe; several writers may run at once.
class VideoWriter {
 public:
  struct Options {
    int width = 0;   // pixels, even
    int height = 0;  // pixels, even
    int fps = 20;
  };

  /// Starts the encoder. Throws awd::Error if ffmpeg cannot be started.
  VideoWriter(const std::filesystem::path& file, const Options& options);
  ~VideoWriter();
  VideoWriter(const VideoWriter&) = delete;
  VideoWriter& operator=(const VideoWriter&) = delete;

  /// Appends one frame of the size given in the options. Throws awd::Error with ffmpeg's own words if it has died.
  void add(const ImageView& frame);
  /// Ends the video and gives it its name. Throws awd::Error with ffmpeg's own words if it failed.
  void finish();

 private:
  struct Encoder;
  [[noreturn]] void fail();

  std::filesystem::path file_;
  std::filesystem::path partial_;  // what ffmpeg writes
  Options options_;
  std::unique_ptr<Encoder> encoder_;
};

}  // namespace awd
