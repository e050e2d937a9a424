// Recorded data, whatever it is stored in: episodes of frames, read one frame after another in constant memory.
// Formats: recordings/. The commands attention, drift and triggers read nothing else.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "awd/types.h"

namespace awd {

/// What a pixel shows, where a simulator knows it. kGoal: what the target has to go to (bin, mark, base of a stack).
enum class SceneLabel : std::uint8_t { kBackground, kRobot, kTarget, kGoal, kOther };
inline constexpr int kSceneLabelCount = 5;
inline constexpr std::array<std::string_view, kSceneLabelCount> kSceneLabelWords{"background", "robot", "target",
                                                                                 "goal", "other"};

/// Labels of one camera's picture, row-major [height, width], top row first; any size, over the whole picture.
/// `data == nullptr`: not known.
struct LabelView {
  const SceneLabel* data = nullptr;
  int height = 0;
  int width = 0;
  bool empty() const { return data == nullptr; }
};

/// One frame. Views are valid until the next call of the EpisodeReader that gave it.
struct RecordedFrame {
  int step = 0;                            // 0, 1, ... within the episode
  std::span<const ImageView> cameras;      // in the order of RecordingInfo::cameras; all of them present
  std::span<const float> state;            // [state_dim] in the recording's units
  std::span<const float> joints;           // [n_joints] rad; empty where not recorded
  std::span<const float> action;           // [action_dim]; empty where not recorded
  std::string_view phase;                  // of the task; "" where not known
  std::string_view event;                  // what a scenario changed just before the frame; "" for nothing
  std::span<const LabelView> labels;       // one per camera, or empty
  std::span<const RobotMask> robot_masks;  // one per camera, or empty
};

/// Reads one episode from its first frame on. Not thread-safe; several readers of one recording may run at once.
class EpisodeReader {
 public:
  virtual ~EpisodeReader() = default;
  /// Fills `frame`; false after the last one. Throws awd::Error naming file, key and frame on data that is not there,
  /// of another shape or type, or not finite.
  virtual bool next(RecordedFrame& frame) = 0;
};

struct RecordingInfo {
  std::string path;                  // as given, for messages
  std::string format;                // "LIBERO HDF5", "LeRobot v3.0", "frames folder", "run directory"
  std::vector<std::string> cameras;  // names in the recording
  int state_dim = 0;
  int action_dim = 0;  // 0: no actions recorded
  double fps = 20;     // frames per second
};

struct RecordedEpisode {
  std::string name;      // "demo_0", "episode 3"
  std::string task;      // short name; "" where not known
  std::string prompt;    // instruction, "" where not known
  std::string scenario;  // "" where not known
  std::string arm;       // of a run directory, else ""
  std::uint64_t seed = 0;
  int frames = 0;
  std::optional<bool> success;
};

/// An opened recording: episodes known, no frame read yet. Thread-safe after construction.
class Recording {
 public:
  virtual ~Recording() = default;
  virtual const RecordingInfo& info() const = 0;
  virtual const std::vector<RecordedEpisode>& episodes() const = 0;
  /// A reader at the first frame of episodes()[index]. Throws awd::Error as next() does.
  virtual std::unique_ptr<EpisodeReader> open(std::size_t index) const = 0;
};

}  // namespace awd
