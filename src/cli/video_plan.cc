// Picks the first episode of every arm and scenario.
#include "cli/video_plan.h"

#include <fmt/format.h>

#include <cctype>

namespace awd::cli {

std::string file_name_of(const std::string& name) {
  std::string file;
  for (const char c : name) file += std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.' ? c : '_';
  return file;
}

std::string VideoNames::next(const std::string& scenario, const std::string& arm) {
  std::string name = file_name_of(arm);
  if (has_scenarios_) name = fmt::format("{}-{}", file_name_of(scenario), name);
  for (int number = 2; !taken_.insert(name).second; ++number) name += fmt::format("-{}", number);
  return name + ".mp4";
}

std::map<int, std::filesystem::path> plan_videos(const EvalPlan& plan, const std::filesystem::path& folder) {
  std::map<int, std::filesystem::path> videos;
  VideoNames names(plan.scenarios.size() > 1);
  int arm = -1, scenario = -1;
  for (const EpisodeJob& job : plan.jobs) {
    if (job.arm == arm && job.scenario == scenario) continue;
    arm = job.arm;
    scenario = job.scenario;
    videos[job.episode] = folder / names.next(plan.scenarios[std::size_t(scenario)], plan.arms[std::size_t(arm)].name);
  }
  return videos;
}

}  // namespace awd::cli
