// A figure of one frame's attention taken apart: a tile per layer and flow step, and per layer and head.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "awd/types.h"
#include "io/image.h"

namespace awd {

/// One frame, with everything that was captured of it.
struct AttentionGrid {
  std::string title;
  std::vector<std::string> cameras;
  std::vector<Image> pictures;  // one per camera
  AttentionCapture capture;     // heads apart
};

/// Rows are layers; columns are flow steps (heads averaged), then heads (flow steps averaged); one such table per
/// camera. Every tile has its own scale, written on it as the peak over the mean. Throws awd::Error when the file
/// (.png) cannot be written.
void write_attention_grid(const std::filesystem::path& file, const AttentionGrid& grid);

}  // namespace awd
