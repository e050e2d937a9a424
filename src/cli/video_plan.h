// Which episodes are filmed, and under which file names.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "cli/eval_plan.h"

namespace awd::cli {

inline constexpr const char* kVideosFolder = "videos";  // in the run directory

/// `name` with everything but letters, digits, '-' and '.' as '_': fit for a file name.
std::string file_name_of(const std::string& name);

/// The first episode of every arm and scenario -> its MP4 in `folder`; names that would collide get a number.
std::map<int, std::filesystem::path> plan_videos(const EvalPlan& plan, const std::filesystem::path& folder);

}  // namespace awd::cli
