// Part of a recording as a recording of its own: some of its episodes and cameras.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "io/recording.h"

namespace awd::cli {

struct RecordingFilter {
  std::vector<std::string> arms{};     // empty: all
  std::vector<std::string> tasks{};    // empty: all
  int first_episodes = 0;              // of every arm, scenario and task; 0: all
  std::vector<std::string> cameras{};  // in this order; empty: all
};

/// What `filter` leaves of `recording`; `recording` itself where that is everything. Throws awd::Error naming what
/// there is on an arm, task or camera that the recording has not, a camera named twice, and where no episode is left.
std::unique_ptr<Recording> filter_recording(std::unique_ptr<Recording> recording, const RecordingFilter& filter);

}  // namespace awd::cli
