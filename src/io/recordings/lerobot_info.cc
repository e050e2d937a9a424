// info.json is read key by key; what a reader of frames does not need (statistics, splits, robot type) is passed over.
#include "io/recordings/lerobot_info.h"

#include <algorithm>
#include <fstream>
#include <optional>

#include "io/recordings/lerobot_json.h"

namespace awd::internal {
namespace {

LerobotJson read_object(const std::string& file) {
  std::ifstream stream(file);
  if (!stream) throw Error(file, "expected a readable file, got none");
  LerobotJson object = LerobotJson::parse(stream, nullptr, /*allow_exceptions=*/false);
  if (!object.is_object()) throw Error(file, "expected a JSON object, got other text");
  return object;
}

LerobotVersion version_of(const LerobotJson& object, const std::string& file) {
  const auto word = json_value<std::string>(object, "codebase_version", file);
  const auto* found = std::find(std::begin(kLerobotVersionWords), std::end(kLerobotVersionWords), word);
  if (found == std::end(kLerobotVersionWords)) {
    throw Error(file, fmt::format("key \"codebase_version\": expected v2.1 or v3.0, got {}", word));
  }
  return LerobotVersion(found - std::begin(kLerobotVersionWords));
}

/// The mark is in `info` or `video_info`, with or without the prefix, depending on the age of the writer.
bool is_depth_map(const LerobotJson& feature) {
  for (const char* part : {"info", "video_info"}) {
    if (!feature.contains(part) || !feature[part].is_object()) continue;
    for (const char* key : {"is_depth_map", "video.is_depth_map"}) {
      if (feature[part].value(key, LerobotJson(false)) == true) return true;
    }
  }
  return false;
}

/// Length of a feature that is a vector.
int vector_length(const LerobotJson& feature, const std::string& name, const std::string& file) {
  const auto shape = json_value<LerobotJson>(feature, "shape", file);
  if (shape.size() == 1 && shape[0].is_number_unsigned() && shape[0] >= 1 && shape[0] <= 100000) return shape[0];
  throw Error(file, fmt::format("feature \"{}\": expected the shape of a vector, got {}", name, shape.dump()));
}

void add_feature(LerobotInfo& info, const std::string& name, const LerobotJson& feature, const std::string& file) {
  const auto type = json_value<std::string>(feature, "dtype", file + ", feature " + name);
  if (type == "video" || type == "image") {
    if (!is_depth_map(feature)) info.cameras.push_back({name, type == "video"});
  } else if (name == kStateFeature) {
    info.state_dim = vector_length(feature, name, file);
  } else if (name == kActionFeature) {
    info.action_dim = vector_length(feature, name, file);
  }
}

}  // namespace

bool LerobotInfo::has_video() const {
  return std::any_of(cameras.begin(), cameras.end(), [](const LerobotCamera& camera) { return camera.is_video; });
}

LerobotInfo read_lerobot_info(const std::filesystem::path& folder) {
  const std::string file = (folder / "meta/info.json").string();
  const LerobotJson object = read_object(file);
  LerobotInfo info;
  info.folder = folder;
  info.version = version_of(object, file);
  info.fps = json_value<double>(object, "fps", file);
  if (!(info.fps > 0)) throw Error(file, fmt::format("key \"fps\": expected frames per second, got {}", info.fps));
  if (info.version == LerobotVersion::kV21) info.chunk_size = json_value<int>(object, "chunks_size", file);
  if (info.version == LerobotVersion::kV21 && info.chunk_size < 1) {
    throw Error(file, "key \"chunks_size\": expected at least 1, got 0");
  }
  const auto features = json_value<LerobotJson>(object, "features", file);
  for (const auto& [name, feature] : features.items()) add_feature(info, name, feature, file);
  if (info.state_dim == 0) throw Error(file, fmt::format("expected a feature \"{}\", got none", kStateFeature));
  if (info.cameras.empty()) throw Error(file, "expected a feature of type video or image, got none");
  info.data_path = json_value<std::string>(object, "data_path", file);
  if (info.has_video()) info.video_path = json_value<std::string>(object, "video_path", file);
  return info;
}

}  // namespace awd::internal
