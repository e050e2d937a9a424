// Picks the first episode of every arm and scenario.
#include "cli/video_plan.h"

#include <fmt/format.h>

#include <cctype>
#include <set>

namespace awd::cli {

std::string file_name_of(const std::string& name) {
  std::string file;
  for (const char c : name) file += std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.' ? c : '_';
  return file;
}

std::map<int, std::filesystem::path> plan_videos(const EvalPlan& plan, const std::filesystem::path& folder) {
  std::map<int, std::filesystem::path> videos;
  std::set<std::string> taken;
  int arm = -1, scenario = -1;
  for (const EpisodeJob& job : plan.jobs) {
    if (job.arm == arm && job.scenario == scenario) continue;
    arm = job.arm;
    scenario = job.scenario;
    std::string name = file_name_of(plan.arms[std::size_t(arm)].name);
    if (plan.scenarios.size() > 1)
      name = fmt::format("{}-{}", file_name_of(plan.scenarios[std::size_t(scenario)]), name);
    for (int number = 2; !taken.insert(name).second; ++number) name += fmt::format("-{}", number);
    videos[job.episode] = folder / (name + ".mp4");
  }
  return videos;
}

}  // namespace awd::cli
