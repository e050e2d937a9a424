// Metadata is read at once; every episode is then opened on its own, with its own table and decoders.
#include "io/recordings/lerobot.h"

#include <fmt/format.h>

#include <utility>

#include "base/check.h"
#include "io/recordings/lerobot_episodes.h"
#include "io/recordings/lerobot_frames.h"
#include "io/recordings/lerobot_info.h"

namespace awd {
namespace {

using internal::LerobotCamera;
using internal::LerobotEpisode;
using internal::LerobotInfo;

class LerobotRecording : public Recording {
 public:
  explicit LerobotRecording(const std::filesystem::path& folder)
      : lerobot_info_(internal::read_lerobot_info(folder)),
        lerobot_episodes_(internal::read_lerobot_episodes(lerobot_info_)) {
    info_ = {.path = folder.string(),
             .format = fmt::format("LeRobot {}", internal::kLerobotVersionWords[std::size_t(lerobot_info_.version)]),
             .cameras = {},
             .state_dim = lerobot_info_.state_dim,
             .action_dim = lerobot_info_.action_dim,
             .fps = lerobot_info_.fps};
    for (const LerobotCamera& camera : lerobot_info_.cameras) info_.cameras.push_back(camera.key);
    for (const LerobotEpisode& lerobot : lerobot_episodes_) {
      RecordedEpisode& episode = episodes_.emplace_back();
      episode.name = fmt::format("episode {}", lerobot.index);
      episode.task = lerobot.task;
      episode.prompt = lerobot.prompt;
      episode.frames = lerobot.frames;
    }
  }

  const RecordingInfo& info() const override { return info_; }
  const std::vector<RecordedEpisode>& episodes() const override { return episodes_; }
  std::unique_ptr<EpisodeReader> open(std::size_t index) const override {
    AWD_CHECK(index < lerobot_episodes_.size(), "episode {} of {}", index, lerobot_episodes_.size());
    return std::make_unique<internal::LerobotFrames>(lerobot_info_, lerobot_episodes_[index]);
  }

 private:
  LerobotInfo lerobot_info_;
  std::vector<LerobotEpisode> lerobot_episodes_;
  RecordingInfo info_;
  std::vector<RecordedEpisode> episodes_;
};

}  // namespace

std::unique_ptr<Recording> open_lerobot_recording(const std::filesystem::path& folder) {
  return std::make_unique<LerobotRecording>(folder);
}

}  // namespace awd
