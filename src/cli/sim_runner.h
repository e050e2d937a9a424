// Runs evaluation episodes in the simulator: the bridge from the driver's jobs to world, policy and video.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "cli/eval_jobs.h"
#include "cli/policy_source.h"
#include "runtime/arm.h"

namespace awd::cli {

/// What all runners of one evaluation share; must outlive them.
struct SimRun {
  std::unique_ptr<PolicySource> policies;
  std::vector<std::vector<Arm>> arms;  // [scenario][arm]
  std::vector<std::string> tasks;
  std::vector<std::string> scenarios;
  int max_steps = 0;
  std::map<int, std::filesystem::path> videos;  // episode -> MP4 to write
};

/// A runner with a world of its own. Throws awd::Error where there is no headless OpenGL, or when the policy does not
/// fit the robot (cameras, state and action size).
std::unique_ptr<EpisodeRunner> make_sim_runner(const SimRun& run);

}  // namespace awd::cli
