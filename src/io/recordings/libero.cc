// What is known of every demonstration before a frame is read: length, instruction, task, success.
#include "io/recordings/libero.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>
#include <vector>

#include "awd/error.h"
#include "io/recordings/hdf5_rows.h"
#include "io/recordings/libero_frames.h"
#include "io/recordings/libero_layout.h"

namespace awd {
namespace {

using nlohmann::json;

constexpr double kDefaultFps = 20;  // LIBERO's and robosuite's control frequency
constexpr std::string_view kDemoSuffix = "_demo";

/// A JSON object kept as an attribute of `data`; an empty object where there is none.
json json_attribute(const Hdf5Reader& file, const std::string& name) {
  const std::optional<std::string> text = file.text_attribute("data", name);
  if (!text) return json::object();
  json object = json::parse(*text, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) {
    throw Error(file.file_name(), fmt::format("key \"data@{}\": expected a JSON object, got \"{}\"", name,
                                              text->substr(0, std::min<std::size_t>(60, text->size()))));
  }
  return object;
}

/// LIBERO stores the instruction as text, or as the list of its letters.
std::string instruction_in(const json& problem_info) {
  const auto found = problem_info.find("language_instruction");
  if (found == problem_info.end()) return "";
  std::string text;
  if (found->is_string()) text = found->get<std::string>();
  if (found->is_array()) {
    for (const json& part : *found) text += part.is_string() ? part.get<std::string>() : "";
  }
  while (text.starts_with('"')) text.erase(0, 1);
  while (text.ends_with('"')) text.pop_back();
  return text;
}

/// "KITCHEN_SCENE3_turn_on_the_stove_demo" -> "turn on the stove"; "" where the name is not of that form.
std::string instruction_in_name(std::string name) {
  if (!name.ends_with(kDemoSuffix)) return "";
  name.resize(name.size() - kDemoSuffix.size());
  constexpr std::string_view kScene = "SCENE";
  if (const std::size_t scene = name.find(kScene); scene != std::string::npos) {
    const std::size_t end = name.find('_', scene + kScene.size());
    name.erase(0, end == std::string::npos ? name.size() : end + 1);
  }
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

std::string without_demo_suffix(std::string name) {
  if (name.ends_with(kDemoSuffix)) name.resize(name.size() - kDemoSuffix.size());
  return name;
}

/// Whether any value of the dataset, one per frame, reaches 1.
bool reaches_one(Hdf5Dataset dataset, std::size_t frames) {
  if (dataset.shape() != std::vector<std::size_t>{frames} || dataset.kind() == Hdf5Dataset::Kind::kOther) {
    throw Error(dataset.file_name(),
                fmt::format("key \"{}\": expected numbers [{}], got {}", dataset.key(), frames, dataset.description()));
  }
  Hdf5Rows<float> rows(std::move(dataset));
  for (std::size_t row = 0; row < frames; ++row) {
    if (rows.row(row)[0] >= 1) return true;
  }
  return false;
}

/// The attribute `success`, else a reward of 1, else the mark of a finished task.
std::optional<bool> find_success(const Hdf5Reader& file, const std::string& group, int frames) {
  if (const auto success = file.number_attribute(group, "success")) return *success != 0;
  for (const char* name : {"/rewards", "/dones"}) {
    if (file.has(group + name)) return reaches_one(file.dataset(group + name), std::size_t(frames));
  }
  return std::nullopt;
}

double find_fps(const Hdf5Reader& file) {
  const json arguments = json_attribute(file, "env_args").value("env_kwargs", json::object());
  if (!arguments.is_object()) return kDefaultFps;
  const auto found = arguments.find("control_freq");
  return found != arguments.end() && found->is_number() && *found > 0 ? found->get<double>() : kDefaultFps;
}

class LiberoRecording final : public Recording {
 public:
  LiberoRecording(const std::filesystem::path& path, StoredOrder order) : file_(path) {
    const std::vector<std::string> demos = demo_names(file_);
    layout_ = find_layout(file_, demos[0], order);
    info_.path = path.string();
    info_.format = layout_.cameras[0].key.ends_with("_rgb") ? "LIBERO HDF5" : "robomimic HDF5";
    for (const LiberoLayout::Camera& camera : layout_.cameras) info_.cameras.push_back(camera.name);
    info_.state_dim = 6 + layout_.gripper_dim;
    info_.action_dim = layout_.action_dim;
    info_.fps = find_fps(file_);

    const std::string name = path.stem().string();
    RecordedEpisode common;
    common.task = without_demo_suffix(name);
    common.prompt = file_.text_attribute("data", "language_instruction").value_or("");
    if (common.prompt.empty()) common.prompt = instruction_in(json_attribute(file_, "problem_info"));
    if (common.prompt.empty()) common.prompt = instruction_in_name(name);
    for (const std::string& demo : demos) episodes_.push_back(describe(demo, common));
  }

  const RecordingInfo& info() const override { return info_; }
  const std::vector<RecordedEpisode>& episodes() const override { return episodes_; }
  std::unique_ptr<EpisodeReader> open(std::size_t index) const override {
    return open_libero_episode(file_, episodes_.at(index).name, layout_);
  }

 private:
  /// The episode of `demo`; what its attributes do not say is taken from `common`.
  RecordedEpisode describe(const std::string& demo, const RecordedEpisode& common) const {
    const std::string group = "data/" + demo;
    RecordedEpisode episode = common;
    episode.name = demo;
    episode.frames = checked_frames(file_, demo, layout_);
    episode.success = find_success(file_, group, episode.frames);
    episode.task = file_.text_attribute(group, "task").value_or(common.task);
    episode.prompt = file_.text_attribute(group, "language_instruction").value_or(common.prompt);
    episode.scenario = file_.text_attribute(group, "scenario").value_or("");
    episode.seed = file_.integer_attribute(group, "seed").value_or(0);
    return episode;
  }

  Hdf5Reader file_;
  LiberoLayout layout_;
  RecordingInfo info_;
  std::vector<RecordedEpisode> episodes_;
};

}  // namespace

std::unique_ptr<Recording> open_libero_recording(const std::filesystem::path& file, StoredOrder order) {
  return std::make_unique<LiberoRecording>(file, order);
}

}  // namespace awd
