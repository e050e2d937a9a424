// Chooses episodes once; re-orders the cameras of every frame.
#include "cli/filtered_recording.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "awd/error.h"

namespace awd::cli {
namespace {

using Names = std::vector<std::string>;

bool has(const Names& names, const std::string& name) { return std::ranges::find(names, name) != names.end(); }

/// Throws where one of `wanted` is not among `there`.
void expect_known(const RecordingInfo& info, const char* what, const Names& there, const Names& wanted) {
  for (const std::string& name : wanted) {
    if (has(there, name)) continue;
    if (there.empty()) {
      throw Error(info.path, fmt::format("{}: expected none, which a {} has not, got \"{}\"", what, info.format, name));
    }
    throw Error(info.path, fmt::format("{}: expected one of {}, got \"{}\"", what, fmt::join(there, ", "), name));
  }
}

/// Every text that a field of the episodes has, once, in order; "" is not known and left out.
Names values_of(const std::vector<RecordedEpisode>& episodes, std::string RecordedEpisode::*field) {
  Names names;
  for (const RecordedEpisode& episode : episodes) {
    if (!(episode.*field).empty() && !has(names, episode.*field)) names.push_back(episode.*field);
  }
  return names;
}

std::vector<std::size_t> choose_episodes(const Recording& recording, const RecordingFilter& filter) {
  const std::vector<RecordedEpisode>& episodes = recording.episodes();
  expect_known(recording.info(), "arm", values_of(episodes, &RecordedEpisode::arm), filter.arms);
  expect_known(recording.info(), "task", values_of(episodes, &RecordedEpisode::task), filter.tasks);
  std::vector<std::size_t> chosen;
  std::map<std::tuple<std::string, std::string, std::string>, int> counts;
  for (std::size_t i = 0; i < episodes.size(); ++i) {
    const RecordedEpisode& episode = episodes[i];
    if (!filter.arms.empty() && !has(filter.arms, episode.arm)) continue;
    if (!filter.tasks.empty() && !has(filter.tasks, episode.task)) continue;
    const int number = ++counts[{episode.arm, episode.scenario, episode.task}];
    if (filter.first_episodes == 0 || number <= filter.first_episodes) chosen.push_back(i);
  }
  if (chosen.empty()) {
    throw Error(recording.info().path,
                fmt::format("expected episodes of these arms and tasks, got none among {}", episodes.size()));
  }
  return chosen;
}

std::vector<std::size_t> choose_cameras(const RecordingInfo& info, const Names& wanted) {
  expect_known(info, "camera", info.cameras, wanted);
  std::vector<std::size_t> chosen;
  for (const std::string& name : wanted) {
    const auto index = std::size_t(std::ranges::find(info.cameras, name) - info.cameras.begin());
    if (std::ranges::find(chosen, index) != chosen.end()) {
      throw Error(info.path, fmt::format("camera: expected each once, got \"{}\" twice", name));
    }
    chosen.push_back(index);
  }
  return chosen;
}

/// Frames with some of their cameras.
class CameraReader final : public EpisodeReader {
 public:
  CameraReader(std::unique_ptr<EpisodeReader> reader, std::vector<std::size_t> cameras)
      : reader_(std::move(reader)), indices_(std::move(cameras)) {}

  bool next(RecordedFrame& frame) override {
    if (!reader_->next(frame)) return false;
    pick(frame.cameras, cameras_);
    pick(frame.labels, labels_);
    pick(frame.robot_masks, robot_masks_);
    return true;
  }

 private:
  /// Makes `views` those of the chosen cameras, kept in `kept`; what is not recorded stays empty.
  template <class View>
  void pick(std::span<const View>& views, std::vector<View>& kept) const {
    if (views.empty()) return;
    kept.clear();
    for (const std::size_t index : indices_) kept.push_back(views[index]);
    views = kept;
  }

  std::unique_ptr<EpisodeReader> reader_;
  std::vector<std::size_t> indices_;
  std::vector<ImageView> cameras_;
  std::vector<LabelView> labels_;
  std::vector<RobotMask> robot_masks_;
};

class FilteredRecording final : public Recording {
 public:
  FilteredRecording(std::unique_ptr<Recording> recording, std::vector<std::size_t> chosen, const Names& cameras)
      : recording_(std::move(recording)),
        info_(recording_->info()),
        chosen_(std::move(chosen)),
        cameras_(choose_cameras(info_, cameras)) {
    for (const std::size_t index : chosen_) episodes_.push_back(recording_->episodes()[index]);
    if (!cameras_.empty()) info_.cameras = cameras;
  }

  const RecordingInfo& info() const override { return info_; }
  const std::vector<RecordedEpisode>& episodes() const override { return episodes_; }
  std::unique_ptr<EpisodeReader> open(std::size_t index) const override {
    std::unique_ptr<EpisodeReader> reader = recording_->open(chosen_.at(index));
    if (cameras_.empty()) return reader;
    return std::make_unique<CameraReader>(std::move(reader), cameras_);
  }

 private:
  std::unique_ptr<Recording> recording_;
  RecordingInfo info_;
  std::vector<RecordedEpisode> episodes_;
  std::vector<std::size_t> chosen_;   // index of every episode in recording_
  std::vector<std::size_t> cameras_;  // index of every camera in recording_; empty: all
};

}  // namespace

std::unique_ptr<Recording> filter_recording(std::unique_ptr<Recording> recording, const RecordingFilter& filter) {
  std::vector<std::size_t> chosen = choose_episodes(*recording, filter);
  if (chosen.size() == recording->episodes().size() && filter.cameras.empty()) return recording;
  return std::make_unique<FilteredRecording>(std::move(recording), std::move(chosen), filter.cameras);
}

}  // namespace awd::cli
