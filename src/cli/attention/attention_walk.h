// One episode of a recording through a policy's eyes: rows of numbers for every frame that is looked at, and the scenes
// that its figure shows.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "analysis/attention/attention_figure.h"
#include "analysis/attention/attention_grid.h"
#include "analysis/attention/attention_tracker.h"
#include "cli/attention/attention_source.h"
#include "cli/recorded_input.h"
#include "io/recording.h"

namespace awd::cli {

struct AttentionWalkOptions {
  int stride = 5;          // frames
  int grid_side = 28;      // of the gate's grid
  int dilation = 5;        // cells of it
  std::uint64_t seed = 0;  // of the noise
  bool wants_scenes = false;
  int grid_step = -1;  // frame of which everything is captured, -1: none
};

/// A map as the gate weights changes with it: resized to [side, side], then dilated.
GateMap make_gate_map(const PatchMap& map, int side, int dilation);

/// One recording, policy's view and source of attention; what a thread works with.
struct AttentionEyes {
  const Recording& recording;
  PolicyView& view;
  AttentionSource& source;
  std::vector<std::string> cameras;  // names in the recording, in the order of the view
};

struct EpisodeAttention {
  std::vector<AttentionRow> rows;
  std::vector<AttentionScene> scenes;  // gripper switches, first, last and quartiles; at most 6
  std::optional<AttentionGrid> grid;
};

/// Reads episode `index` once. `on_frame` is called after every frame and may throw. Throws what reading and the source
/// throw.
EpisodeAttention walk_attention(const AttentionEyes& eyes, std::size_t index, const AttentionWalkOptions& options,
                                const std::function<void()>& on_frame);

/// Reads episode `index` once and hands over every frame as a scene. Throws what reading, source and `on_scene` throw.
void walk_scenes(const AttentionEyes& eyes, std::size_t index, const AttentionWalkOptions& options,
                 const std::function<void(const AttentionScene&)>& on_scene);

}  // namespace awd::cli
