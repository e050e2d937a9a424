// Looks through the folder once, so that every complaint comes before the work begins; then reads row by row.
#include "io/recordings/frames_folder.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "awd/error.h"
#include "io/image.h"
#include "io/natural_order.h"
#include "io/recordings/frames_meta.h"
#include "io/recordings/frames_states.h"

namespace awd {
namespace {

namespace fs = std::filesystem;

constexpr const char* kStatesFile = "states.csv";

/// Where the pictures of one camera of one episode are: FOLDER/000017.png with `digits` digits.
struct PictureFiles {
  fs::path folder;
  int digits = 0;
  int count = 0;
  fs::path of(int step) const { return folder / fmt::format("{:0{}}.png", step, digits); }
};

bool is_picture_name(const std::string& stem) {
  return !stem.empty() && stem.find_first_not_of("0123456789") == std::string::npos;
}

/// Counts the pictures NUMBER.png; the shortest name tells how many digits the numbers are filled up to.
PictureFiles find_pictures(const fs::path& folder) {
  PictureFiles files{.folder = folder, .digits = 0, .count = 0};
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string stem = entry.path().stem().string();
    if (entry.path().extension() != ".png" || !is_picture_name(stem)) continue;
    files.digits = files.count == 0 ? int(stem.size()) : std::min(files.digits, int(stem.size()));
    ++files.count;
  }
  return files;
}

/// Names of the folders in `folder`, in natural order.
std::vector<std::string> folders_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (entry.is_directory() && !name.starts_with('.')) names.push_back(name);
  }
  std::sort(names.begin(), names.end(), natural_less);
  return names;
}

/// Reads the rows of states.csv and the pictures that belong to them.
class FramesReader final : public EpisodeReader {
 public:
  FramesReader(const fs::path& folder, const std::vector<std::string>& cameras) : states_(folder / kStatesFile) {
    for (const std::string& camera : cameras) files_.push_back(find_pictures(folder / camera));
    pictures_.resize(cameras.size());
    views_.resize(cameras.size());
  }

  bool next(RecordedFrame& frame) override {
    if (!states_.next()) return false;
    for (std::size_t i = 0; i < files_.size(); ++i) read_picture(i);
    frame = {};
    frame.step = step_++;
    frame.cameras = views_;
    frame.state = states_.state();
    frame.action = states_.action();
    frame.joints = states_.joints();
    frame.phase = states_.phase();
    return true;
  }

 private:
  void read_picture(std::size_t camera) {
    const fs::path file = files_[camera].of(states_.step());
    if (std::error_code code; !fs::exists(file, code)) {
      throw Error(file.string(), fmt::format("expected the picture of {}, got no such file", states_.where()));
    }
    Image picture = read_png(file);
    const Image& last = pictures_[camera];
    if (step_ > 0 && (picture.height != last.height || picture.width != last.width)) {
      throw Error(file.string(), fmt::format("expected {} x {} pixels as in the picture before, got {} x {}",
                                             last.width, last.height, picture.width, picture.height));
    }
    pictures_[camera] = std::move(picture);
    views_[camera] = pictures_[camera].view();
  }

  FramesStates states_;
  std::vector<PictureFiles> files_;
  std::vector<Image> pictures_;
  std::vector<ImageView> views_;
  int step_ = 0;
};

class FramesRecording final : public Recording {
 public:
  explicit FramesRecording(const fs::path& folder) {
    std::error_code code;
    if (!fs::is_directory(folder, code)) throw Error(folder.string(), "expected a folder, got none");
    const FramesMeta meta = read_frames_meta(folder, {});
    find_episodes(folder);
    info_ = {.path = folder.string(), .format = "frames folder", .cameras = find_cameras(meta), .fps = meta.fps};
    for (const fs::path& episode : folders_) episodes_.push_back(check_episode(episode, folder, meta));
  }

  const RecordingInfo& info() const override { return info_; }
  const std::vector<RecordedEpisode>& episodes() const override { return episodes_; }
  std::unique_ptr<EpisodeReader> open(std::size_t index) const override {
    return std::make_unique<FramesReader>(folders_.at(index), info_.cameras);
  }

 private:
  /// The folder itself where it has a states.csv, else all of its folders that have one.
  void find_episodes(const fs::path& folder) {
    if (fs::exists(folder / kStatesFile)) {
      folders_ = {folder};
      return;
    }
    for (const std::string& name : folders_in(folder)) {
      if (fs::exists(folder / name / kStatesFile)) folders_.push_back(folder / name);
    }
    if (folders_.empty()) {
      throw Error(folder.string(), "expected states.csv, or folders of episodes with one each, got neither");
    }
  }

  /// As meta.json lists them, else the folders of the first episode that hold pictures.
  std::vector<std::string> find_cameras(const FramesMeta& meta) const {
    if (!meta.cameras.empty()) return meta.cameras;
    std::vector<std::string> cameras = folders_in(folders_[0]);
    std::erase_if(cameras, [&](const std::string& name) { return find_pictures(folders_[0] / name).count == 0; });
    if (cameras.empty()) {
      throw Error(folders_[0].string(), "expected folders of pictures CAMERA/000000.png, ..., got none");
    }
    return cameras;
  }

  /// Reads states.csv to its end and counts the pictures.
  RecordedEpisode check_episode(const fs::path& episode, const fs::path& top, const FramesMeta& common) {
    const FramesMeta meta = episode == top ? common : read_frames_meta(episode, common);
    RecordedEpisode out;
    out.name = fs::absolute(episode).lexically_normal().filename().string();
    if (out.name.empty()) out.name = fs::absolute(episode).lexically_normal().parent_path().filename().string();
    out.task = meta.task;
    out.prompt = meta.prompt;
    out.success = meta.success;
    FramesStates states(episode / kStatesFile);
    check_columns(states);
    int first_step = 0;
    while (states.next()) {
      if (out.frames++ == 0) first_step = states.step();
    }
    if (out.frames == 0) throw Error(states.where(), "expected a row per picture, got none");
    for (const std::string& camera : info_.cameras) check_pictures(episode / camera, first_step, out.frames);
    return out;
  }

  /// The first episode decides how many numbers a state and an action have.
  void check_columns(const FramesStates& states) {
    if (episodes_.empty()) {
      info_.state_dim = states.state_dim();
      info_.action_dim = states.action_dim();
    }
    if (states.state_dim() != info_.state_dim || states.action_dim() != info_.action_dim) {
      throw Error(
          states.where(),
          fmt::format("expected {} columns s0, ... and {} columns a0, ... as in episode {}, got {} and {}",
                      info_.state_dim, info_.action_dim, episodes_[0].name, states.state_dim(), states.action_dim()));
    }
  }

  static void check_pictures(const fs::path& camera, int first_step, int frames) {
    std::error_code code;
    if (!fs::is_directory(camera, code)) throw Error(camera.string(), "expected a folder of pictures, got none");
    const PictureFiles files = find_pictures(camera);
    for (int step = first_step; files.count < frames && step < first_step + frames; ++step) {
      if (!fs::exists(files.of(step), code)) {
        throw Error(files.of(step).string(),
                    fmt::format("expected {} pictures, one per row of {}, got {}: this one is missing", frames,
                                kStatesFile, files.count));
      }
    }
    if (files.count != frames) {
      throw Error(camera.string(),
                  fmt::format("expected {} pictures, one per row of {}, got {}", frames, kStatesFile, files.count));
    }
  }

  RecordingInfo info_;
  std::vector<fs::path> folders_;
  std::vector<RecordedEpisode> episodes_;
};

}  // namespace

std::unique_ptr<Recording> open_frames_recording(const fs::path& folder) {
  return std::make_unique<FramesRecording>(folder);
}

}  // namespace awd
