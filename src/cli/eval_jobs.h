// Which episodes an evaluation is made of, and how one process works off its share of them. It knows neither simulator
// nor engine: a runner does the episodes.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <vector>

#include "cli/job_queue.h"
#include "io/episode_log.h"

namespace awd::cli {

/// One episode to run. Indices point into the lists of scenarios, arms and tasks.
struct EpisodeJob {
  int episode = 0;  // position in the logs
  int scenario = 0;
  int arm = 0;
  int task = 0;
  int trial = 0;
  std::uint64_t seed = 0;
};

/// What jobs are made from.
struct JobSpace {
  std::vector<std::vector<int>> tasks;  // of each scenario: indices of the tasks it runs with
  int arms = 0;
  int trials = 0;
  std::uint64_t seed = 0;
};

/// All jobs in the order of the logs: scenario, arm, task, trial. Trial i has seed `seed` + i everywhere, so that arms
/// meet the same episodes.
std::vector<EpisodeJob> plan_jobs(const JobSpace& space);

/// A finished episode with its steps.
struct EpisodeRecord {
  EpisodeLog episode;
  std::vector<StepLog> steps;
};

/// Runs episodes one after another; stays on the thread that made it.
class EpisodeRunner {
 public:
  virtual ~EpisodeRunner() = default;
  virtual EpisodeRecord run(const EpisodeJob& job) = 0;
};

/// Claims jobs (indices into `jobs`) until the queue is empty, and logs each episode into `shard` as soon as it is
/// finished; `on_job` is called after each.
void run_shard(const std::vector<EpisodeJob>& jobs, JobQueue& queue, EpisodeRunner& runner, EpisodeLogWriter& shard,
               const std::function<void()>& on_job);

/// Calls `visit` for every episode in the shards of `folder`, in the order of their numbers, with its steps (none where
/// the shards have no step log). Throws awd::Error where an episode is missing or comes twice.
void merge_shards(const std::filesystem::path& folder, int episodes,
                  const std::function<void(const EpisodeLog&, const std::vector<StepLog>&)>& visit);

/// Calls `visit` for every finished episode in the shards of `folder`, in no particular order.
void visit_shards(const std::filesystem::path& folder, const std::function<void(const EpisodeLog&)>& visit);

/// Repairs the shards of an interrupted run and returns, for each of `episodes`, whether it is finished.
std::vector<bool> finished_episodes(const std::filesystem::path& folder, int episodes);

}  // namespace awd::cli
