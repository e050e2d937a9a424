// LeRobot datasets, layouts v2.1 (files per episode) and v3.0 (episodes joined in files): parquet tables and MP4
// videos.
#pragma once

#include <filesystem>
#include <memory>

#include "io/recording.h"

namespace awd {

/// Opens the dataset whose folder holds meta/info.json. state = observation.state, action = action, cameras = the
/// features of dtype video or image, prompt = the episode's task. Reads metadata only; pictures are decoded by ffmpeg
/// as they are asked for. Throws awd::Error naming file and key on another version, and on data that is missing or
/// broken. Thread-safe.
std::unique_ptr<Recording> open_lerobot_recording(const std::filesystem::path& folder);

}  // namespace awd
