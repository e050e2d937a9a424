// Reads frames, queries those that are asked for, and copies what outlives a frame.
#include "cli/attention/attention_walk.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/drift/key_actions.h"
#include "base/rng.h"
#include "gate/importance_weight.h"

namespace awd::cli {
namespace {

constexpr int kShownSwitches = 2;       // of the gripper
constexpr std::size_t kMostScenes = 6;  // two rows of a figure

/// The frame that is being walked over, as the policy sees it.
struct FrameView {
  const RecordedFrame& frame;
  Observation observation;
  std::vector<LabelView> labels;  // one per camera of the policy, or none
};

/// The maps of one query of it.
struct Gaze {
  AttentionMaps maps;
  std::vector<GateMap> gate_maps;  // one per camera
};

std::vector<LabelView> viewed_labels(const RecordedFrame& frame, const PolicyView& view) {
  std::vector<LabelView> labels;
  if (frame.labels.empty()) return labels;
  for (const int camera : view.cameras()) labels.push_back(frame.labels[std::size_t(camera)]);
  return labels;
}

/// One seed per frame, so that stride and threads do not change what a frame gives.
std::uint64_t frame_seed(const AttentionWalkOptions& options, std::size_t episode, int step) {
  return mix_seed(mix_seed(options.seed, episode), std::uint64_t(step));
}

Gaze look_at(const FrameView& view, AttentionSource& source, std::uint64_t seed, const AttentionWalkOptions& options) {
  Gaze gaze{source.query(view.observation, seed), {}};
  for (const PatchMap& map : gaze.maps.cameras) {
    gaze.gate_maps.push_back(make_gate_map(map, options.grid_side, options.dilation));
  }
  return gaze;
}

AttentionScene make_scene(const FrameView& view, const Gaze& gaze, const AttentionEyes& eyes, std::string note) {
  AttentionScene scene{.step = view.frame.step,
                       .seconds = view.frame.step / eyes.recording.info().fps,
                       .phase = std::string(view.frame.phase),
                       .note = std::move(note),
                       .cameras = {}};
  for (std::size_t c = 0; c < gaze.maps.cameras.size(); ++c) {
    const LabelView labels = view.labels.empty() ? LabelView{} : view.labels[c];
    AttentionPanel panel{.camera = eyes.cameras[c],
                         .picture = Image::copy_of(view.observation.cameras[c]),
                         .importance = gaze.maps.cameras[c],
                         .gate = gaze.gate_maps[c],
                         .labels = {},
                         .numbers = describe_camera(gaze.maps, c, labels)};
    if (!labels.empty()) {
      panel.labels.assign(labels.data, labels.data + std::size_t(labels.height) * std::size_t(labels.width));
      panel.label_height = labels.height;
      panel.label_width = labels.width;
    }
    scene.cameras.push_back(std::move(panel));
  }
  return scene;
}

/// Chooses the frames of a figure while they go by.
class SceneChoice {
 public:
  explicit SceneChoice(int frames) : frames_(frames) {}

  /// Why the frame is shown; nothing where it is not.
  std::optional<std::string> next(const RecordedFrame& frame) {
    const Grip before = grip_, now = watch_.next(frame);
    grip_ = now;
    if (before != now && before != Grip::kUnknown && now != Grip::kUnknown && switches_ < kShownSwitches) {
      ++switches_;
      return now == Grip::kClosed ? "gripper closes" : "gripper opens";
    }
    const int last = frames_ - 1;
    for (int quarter = 0; quarter <= 4; ++quarter) {
      if (frame.step == last * quarter / 4) return "";
    }
    return std::nullopt;
  }

 private:
  int frames_;
  GripWatch watch_;
  Grip grip_ = Grip::kUnknown;
  int switches_ = 0;
};

/// Drops the scenes that are nearest to another one, but for the first and those with a note.
void thin_out(std::vector<AttentionScene>& scenes) {
  while (scenes.size() > kMostScenes) {
    auto nearest = scenes.end();
    int least = 0;
    for (auto scene = scenes.begin() + 1; scene != scenes.end(); ++scene) {
      if (!scene->note.empty()) continue;
      int distance = scene->step - std::prev(scene)->step;
      if (std::next(scene) != scenes.end()) distance = std::min(distance, std::next(scene)->step - scene->step);
      if (nearest != scenes.end() && distance >= least) continue;
      nearest = scene;
      least = distance;
    }
    if (nearest == scenes.end()) return;
    scenes.erase(nearest);
  }
}

AttentionGrid make_grid(const FrameView& view, const AttentionEyes& eyes, const RecordedEpisode& about,
                        std::uint64_t seed) {
  AttentionGrid grid{.title = fmt::format("{}, step {}: {}", about.name, view.frame.step, about.prompt),
                     .cameras = eyes.cameras,
                     .pictures = {},
                     .capture = eyes.source.capture(view.observation, seed)};
  for (const ImageView& picture : view.observation.cameras) grid.pictures.push_back(Image::copy_of(picture));
  return grid;
}

}  // namespace

GateMap make_gate_map(const PatchMap& map, int side, int dilation) {
  const std::size_t cells = std::size_t(side) * std::size_t(side);
  GateMap gate{std::vector<float>(cells), std::vector<float>(cells)};
  check_importance(map);
  resize_importance(map, side, side, gate.map);
  dilate(gate.map, side, side, dilation, gate.dilated);
  return gate;
}

EpisodeAttention walk_attention(const AttentionEyes& eyes, std::size_t index, const AttentionWalkOptions& options,
                                const std::function<void()>& on_frame) {
  const RecordedEpisode& about = eyes.recording.episodes()[index];
  const auto reader = eyes.recording.open(index);
  AttentionTracker tracker(int(index), options.grid_side);
  SceneChoice choice(about.frames);
  EpisodeAttention result;
  RecordedFrame frame;
  while (reader->next(frame)) {
    const FrameView view{frame, eyes.view.observe(frame, about.prompt), viewed_labels(frame, eyes.view)};
    tracker.see(frame.step, view.labels);
    const bool is_looked_at = frame.step % options.stride == 0;
    const std::optional<std::string> note = options.wants_scenes ? choice.next(frame) : std::nullopt;
    const std::uint64_t seed = frame_seed(options, index, frame.step);
    if (is_looked_at || note) {
      const Gaze gaze = look_at(view, eyes.source, seed, options);
      if (is_looked_at) tracker.look({frame.phase, gaze.maps, gaze.gate_maps});
      if (note) result.scenes.push_back(make_scene(view, gaze, eyes, *note));
    }
    if (frame.step == options.grid_step) result.grid = make_grid(view, eyes, about, seed);
    on_frame();
  }
  thin_out(result.scenes);
  result.rows = tracker.finish();
  return result;
}

void walk_scenes(const AttentionEyes& eyes, std::size_t index, const AttentionWalkOptions& options,
                 const std::function<void(const AttentionScene&)>& on_scene) {
  const auto reader = eyes.recording.open(index);
  RecordedFrame frame;
  while (reader->next(frame)) {
    const std::string& prompt = eyes.recording.episodes()[index].prompt;
    const FrameView view{frame, eyes.view.observe(frame, prompt), viewed_labels(frame, eyes.view)};
    const Gaze gaze = look_at(view, eyes.source, frame_seed(options, index, frame.step), options);
    on_scene(make_scene(view, gaze, eyes, ""));
  }
}

}  // namespace awd::cli
