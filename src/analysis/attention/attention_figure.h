// Figures of where a policy looks: for chosen frames every camera as it is, under its importance, and under the dilated
// importance that the gate weights changes with.
#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include "analysis/attention/attention_tracker.h"
#include "io/image.h"

namespace awd {

/// One camera of one frame; owns its pixels, so that it outlives the frame.
struct AttentionPanel {
  std::string camera;
  Image picture;
  PatchMap importance{};
  GateMap gate;                    // of `importance`
  std::vector<SceneLabel> labels;  // [label_height, label_width]; empty where not known
  int label_height = 0, label_width = 0;
  CameraAttention numbers{};
};

struct AttentionScene {
  int step = 0;
  double seconds = 0;
  std::string phase;  // "" where not known
  std::string note;   // why it was chosen, "" for nothing
  std::vector<AttentionPanel> cameras;
};

struct AttentionTitle {
  std::string episode;   // name and task
  std::string selected;  // what counts of the attention
};

/// Scenes side by side. A map is shown in multiples of its mean before dilation, all with one scale. Throws awd::Error
/// when the file (.png) cannot be written.
void write_attention_strip(const std::filesystem::path& file, const AttentionTitle& title,
                           std::span<const AttentionScene> scenes);

/// The value, in multiples of a map's mean, that has the last colour: so that few cells of the scenes exceed it.
double heat_full(std::span<const AttentionScene> scenes);

/// One scene as a frame of a video, even sides, the same size for the same number of cameras; `full` as of heat_full().
Image draw_attention_frame(const AttentionTitle& title, const AttentionScene& scene, double full);

}  // namespace awd
