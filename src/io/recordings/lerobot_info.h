// meta/info.json of a LeRobot data set: version, features, where its files are.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace awd::internal {

/// kV21: one table and one video per episode and camera. kV30: episodes joined in larger files.
enum class LerobotVersion { kV21, kV30 };
inline constexpr std::string_view kLerobotVersionWords[] = {"v2.1", "v3.0"};

inline constexpr const char* kStateFeature = "observation.state";
inline constexpr const char* kActionFeature = "action";

struct LerobotCamera {
  std::string key;
  bool is_video = true;  // false: PNG pictures in a column of the table
};

struct LerobotInfo {
  std::filesystem::path folder;
  LerobotVersion version = LerobotVersion::kV30;
  double fps = 0;                      // frames per second
  int chunk_size = 0;                  // episodes per folder, kV21 only
  std::string data_path, video_path;   // patterns as {episode_index:06d}, relative to the folder
  std::vector<LerobotCamera> cameras;  // in the order of the features; depth maps left out
  int state_dim = 0;
  int action_dim = 0;  // 0: no actions

  bool has_video() const;
};

/// Throws awd::Error naming file and key on another version and on keys that are missing or of another type.
LerobotInfo read_lerobot_info(const std::filesystem::path& folder);

}  // namespace awd::internal
