// Tells what an input is by what lies at its path, opens it, and fits its frames to a policy.
#include "cli/recorded_input.h"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <filesystem>
#include <utility>

#include "awd/error.h"
#include "base/named_text.h"
#include "cli/filtered_recording.h"
#include "cli/options_cli.h"
#include "cli/run_manifest.h"
#include "cli/shard_folder.h"
#include "io/episode_log.h"
#include "io/image_resize.h"
#include "io/recordings/frames_folder.h"
#include "io/recordings/lerobot.h"
#include "io/recordings/libero.h"

namespace awd::cli {
namespace {

namespace fs = std::filesystem;

bool is_run_directory(const fs::path& folder) {
  return fs::exists(folder / kRunFile) || fs::exists(folder / kEpisodesFile) || fs::exists(folder / kShardsFolder);
}

std::unique_ptr<Recording> open_folder(const fs::path& folder, WithLabels labels) {
  if (fs::is_empty(folder)) {
    throw Error(folder.string(),
                "expected a run directory (run.json), a LeRobot data set (meta/info.json) or a folder "
                "of frames (states.csv), got an empty folder");
  }
  if (is_run_directory(folder)) return open_run_recording(folder, labels);
  if (fs::exists(folder / "meta" / "info.json")) return open_lerobot_recording(folder);
  return open_frames_recording(folder);
}

std::unique_ptr<Recording> open_path(const InputOptions& options, WithLabels labels) {
  const fs::path path = options.input;
  const std::string ending = path.extension().string();
  const bool is_hdf5 = ending == ".hdf5" || ending == ".h5" || ending == ".hdf";
  std::error_code code;
  if (!fs::exists(path, code)) throw Error(options.input, "expected a file or folder, got none of that name");
  if (!is_hdf5 && options.image_order != StoredOrder::kAuto) {
    throw Error("image_order",
                fmt::format("expected auto for anything but HDF5, got {}", word_of(options.image_order)));
  }
  if (fs::is_directory(path)) return open_folder(path, labels);
  if (is_hdf5) return open_libero_recording(path, options.image_order);
  throw Error(options.input, "expected a file ending in .hdf5, .h5 or .hdf, or a folder, got another file");
}

/// The names in "A,B,..."; none in "" and in `all`.
std::vector<std::string> parse_names(const std::string& text, std::string_view all) {
  return text.empty() || text == all ? std::vector<std::string>{} : split_outside_braces(text, ',');
}

/// For every camera of the policy its index in the recording.
std::vector<int> match_cameras(const RecordingInfo& recording, const EngineInfo& policy, bool may_match_names) {
  const auto find = [&](const std::string& name) { return std::ranges::find(recording.cameras, name); };
  if (recording.cameras.size() < policy.cameras.size()) {
    throw Error(recording.path, fmt::format("cameras: expected {} for policy {} ({}), got {} ({})",
                                            policy.cameras.size(), policy.name, fmt::join(policy.cameras, ", "),
                                            recording.cameras.size(), fmt::join(recording.cameras, ", ")));
  }
  const bool all_named = std::ranges::all_of(
      policy.cameras, [&](const std::string& name) { return find(name) != recording.cameras.end(); });
  std::vector<int> indices;
  for (const std::string& name : policy.cameras) {
    const bool by_name = may_match_names && all_named;
    indices.push_back(by_name ? int(find(name) - recording.cameras.begin()) : int(indices.size()));
  }
  return indices;
}

}  // namespace

void add_input_options(CLI::App& app, InputOptions& options) {
  options.visit([&](const Field& field, auto& value) {
    if constexpr (std::is_same_v<std::remove_reference_t<decltype(value)>, std::string>) {
      if (field.name == "input") app.add_option("input", value, std::string(field.help))->required()->type_name("PATH");
    }
  });
  add_options(app, options, {"input"});
}

std::unique_ptr<Recording> open_input(const InputOptions& options, WithLabels labels) {
  return filter_recording(open_path(options, labels), {.arms = parse_names(options.arm, ""),
                                                       .tasks = parse_names(options.tasks, "all"),
                                                       .first_episodes = options.episodes,
                                                       .cameras = parse_names(options.cameras, "")});
}

struct PolicyView::Impl {
  std::vector<int> cameras;
  std::vector<SquareResizer> resizers;  // one per camera: their pictures are alive at once
  std::vector<ImageView> views;
  std::vector<RobotMask> robot_masks;
};

PolicyView::PolicyView(const RecordingInfo& recording, const EngineInfo& policy, const InputOptions& options)
    : impl_(std::make_unique<Impl>()) {
  impl_->cameras = match_cameras(recording, policy, options.cameras.empty());
  impl_->resizers.assign(policy.cameras.size(), SquareResizer(policy.image_size));
  if (recording.state_dim != policy.state_dim) {
    throw Error(recording.path, fmt::format("state: expected {} numbers for policy {}, got {}", policy.state_dim,
                                            policy.name, recording.state_dim));
  }
}

PolicyView::~PolicyView() = default;
PolicyView::PolicyView(PolicyView&&) noexcept = default;
PolicyView& PolicyView::operator=(PolicyView&&) noexcept = default;

const std::vector<int>& PolicyView::cameras() const { return impl_->cameras; }

Observation PolicyView::observe(const RecordedFrame& frame, std::string_view prompt) {
  Impl& v = *impl_;
  v.views.clear();
  v.robot_masks.clear();
  for (std::size_t i = 0; i < v.cameras.size(); ++i) {
    const auto from = std::size_t(v.cameras[i]);
    const ImageView& picture = frame.cameras[from];
    v.views.push_back(v.resizers[i].resize(picture));
    const bool has_mask = !frame.robot_masks.empty() && picture.height == picture.width;
    v.robot_masks.push_back(has_mask ? frame.robot_masks[from] : RobotMask{});
  }
  const bool has_masks = std::ranges::none_of(v.robot_masks, &RobotMask::empty);
  return {.cameras = v.views,
          .state = frame.state,
          .joints = frame.joints,
          .prompt = prompt,
          .robot_masks = has_masks ? std::span<const RobotMask>(v.robot_masks) : std::span<const RobotMask>{},
          .event = frame.event};
}

}  // namespace awd::cli
