// The evaluation driver: arms x tasks x trials as jobs, run on several threads, delivered in order. It knows neither
// simulator nor engine: a runner does the episodes.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "io/episode_log.h"

namespace awd::cli {

/// One episode to run. Indices point into the lists of arms and tasks.
struct EpisodeJob {
  int episode = 0;  // position in the logs
  int arm = 0;
  int task = 0;
  int trial = 0;
  std::uint64_t seed = 0;
};

/// All jobs in the order of the logs: arm, then task, then trial. Trial i has seed `seed` + i in every arm and task, so
/// that arms meet the same episodes.
std::vector<EpisodeJob> plan_jobs(int arms, int tasks, int trials, std::uint64_t seed);

/// A finished episode with its steps.
struct EpisodeRecord {
  EpisodeLog episode;
  std::vector<StepLog> steps;
};

/// Runs episodes on one thread; made, used and destroyed there.
class EpisodeRunner {
 public:
  virtual ~EpisodeRunner() = default;
  virtual EpisodeRecord run(const EpisodeJob& job) = 0;
};

/// Runs the jobs on `workers` threads, each with a runner of its own, and calls `on_record` once per job in the order
/// of the jobs (never concurrently). The first exception of a runner or of `on_record` ends the run and is thrown here.
void run_jobs(const std::vector<EpisodeJob>& jobs, int workers,
              const std::function<std::unique_ptr<EpisodeRunner>()>& make_runner,
              const std::function<void(const EpisodeRecord&)>& on_record);

}  // namespace awd::cli
