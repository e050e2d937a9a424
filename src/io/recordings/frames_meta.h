// What a frames folder says of itself beside its frames: meta.json and prompt.txt, both optional.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace awd {

struct FramesMeta {
  double fps = 20;                   // frames per second
  std::vector<std::string> cameras;  // folders of pictures in the order wanted; empty: all, by name
  std::string prompt;                // of prompt.txt, or of meta.json
  std::string task;
  std::optional<bool> success;
};

/// The meta.json and prompt.txt in `folder`; what they do not say is taken from `common`. fps and cameras may only
/// stand at the top of a recording. Throws awd::Error naming file and key on other keys and types.
FramesMeta read_frames_meta(const std::filesystem::path& folder, const FramesMeta& common);

}  // namespace awd
