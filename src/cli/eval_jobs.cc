// Plans the episodes of an evaluation, runs a process's share of them, and puts the shards together again.
#include "cli/eval_jobs.h"

#include <fmt/format.h>

#include "awd/error.h"
#include "cli/shard_folder.h"

namespace awd::cli {

namespace fs = std::filesystem;

std::vector<EpisodeJob> plan_jobs(const JobSpace& space) {
  std::vector<EpisodeJob> jobs;
  for (std::size_t scenario = 0; scenario < space.tasks.size(); ++scenario) {
    for (int arm = 0; arm < space.arms; ++arm) {
      for (const int task : space.tasks[scenario]) {
        for (int trial = 0; trial < space.trials; ++trial) {
          jobs.push_back({.episode = int(jobs.size()),
                          .scenario = int(scenario),
                          .arm = arm,
                          .task = task,
                          .trial = trial,
                          .seed = space.seed + std::uint64_t(trial)});
        }
      }
    }
  }
  return jobs;
}

void run_shard(const std::vector<EpisodeJob>& jobs, JobQueue& queue, EpisodeRunner& runner, EpisodeLogWriter& shard,
               const std::function<void()>& on_job) {
  while (const auto job = queue.claim()) {
    const EpisodeRecord record = runner.run(jobs.at(std::size_t(*job)));
    shard.add(record.episode, record.steps);
    shard.flush();
    queue.finish();
    on_job();
  }
}

void merge_shards(const fs::path& folder, int episodes,
                  const std::function<void(const EpisodeLog&, const std::vector<StepLog>&)>& visit) {
  struct Place {
    int shard = -1;  // -1: not seen
    std::size_t index = 0;
  };
  std::vector<EpisodeLogIndex> shards;
  std::vector<Place> places(std::size_t(episodes), Place{});
  for (const fs::path& shard : list_shards(folder)) {
    if (!fs::exists(shard / kEpisodesFile)) continue;
    const auto& logged = shards.emplace_back(shard).episodes();
    for (std::size_t i = 0; i < logged.size(); ++i) {
      Place& place = places.at(std::size_t(logged[i].episode));
      if (place.shard >= 0) throw Error(shard.string(), fmt::format("expected episode {} once", logged[i].episode));
      place = {int(shards.size()) - 1, i};
    }
  }
  for (std::size_t episode = 0; episode < places.size(); ++episode) {
    const auto [shard, index] = places[episode];
    if (shard < 0) throw Error(folder.string(), fmt::format("expected episode {}, got none", episode));
    EpisodeLogIndex& log = shards[std::size_t(shard)];
    visit(log.episodes()[index], log.read_steps(index));
  }
}

void visit_shards(const fs::path& folder, const std::function<void(const EpisodeLog&)>& visit) {
  for (const fs::path& shard : list_shards(folder)) {
    if (!fs::exists(shard / kEpisodesFile)) continue;
    const EpisodeLogIndex log(shard);
    for (const EpisodeLog& episode : log.episodes()) visit(episode);
  }
}

std::vector<bool> finished_episodes(const fs::path& folder, int episodes) {
  for (const fs::path& shard : list_shards(folder)) {
    if (fs::exists(shard / kEpisodesFile)) repair_episode_log(shard);
  }
  std::vector<bool> is_finished(std::size_t(episodes), false);
  visit_shards(folder, [&](const EpisodeLog& episode) { is_finished.at(std::size_t(episode.episode)) = true; });
  return is_finished;
}

}  // namespace awd::cli
