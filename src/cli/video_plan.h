// Which episodes are filmed, and under which file names.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>

#include "cli/eval_plan.h"

namespace awd::cli {

inline constexpr const char* kVideosFolder = "videos";  // in the run directory

/// `name` with everything but letters, digits, '-' and '.' as '_': fit for a file name.
std::string file_name_of(const std::string& name);

/// Names the videos of a run in the order of its episodes.
class VideoNames {
 public:
  explicit VideoNames(bool has_scenarios) : has_scenarios_(has_scenarios) {}
  /// The file of an arm's (and scenario's) video; a name that has been given before gets a number.
  std::string next(const std::string& scenario, const std::string& arm);

 private:
  bool has_scenarios_;
  std::set<std::string> taken_;
};

/// The first episode of every arm and scenario -> its MP4 in `folder`.
std::map<int, std::filesystem::path> plan_videos(const EvalPlan& plan, const std::filesystem::path& folder);

}  // namespace awd::cli
