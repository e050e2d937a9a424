// Which episodes a LeRobot data set has, and where the frames of each of them are.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "io/recordings/lerobot_info.h"

namespace awd::internal {

struct LerobotVideo {
  std::filesystem::path file;  // empty for a camera whose pictures are in the table
  double start_s = 0;          // of the episode's first frame within the file
};

struct LerobotEpisode {
  std::int64_t index = 0;  // the data set's own number
  int frames = 0;
  std::string task;    // "task_0": by its number in the table of tasks; "" for an episode without one
  std::string prompt;  // the first task of the episode
  std::filesystem::path table;
  std::int64_t first_frame = 0;      // number of its first frame in the whole data set, kV30 only
  std::vector<LerobotVideo> videos;  // one per camera
};

/// In the data set's order. Throws awd::Error naming file, line or row, and key on what is missing or contradictory.
std::vector<LerobotEpisode> read_lerobot_episodes(const LerobotInfo& info);

}  // namespace awd::internal
