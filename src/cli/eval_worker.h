// One process's share of an evaluation: reads the plan, loads the policy, runs episodes until the queue is empty.
#pragma once

#include <filesystem>
#include <functional>

namespace awd::cli {

inline constexpr const char* kEvalWorker = "eval";  // kind of jobs, see worker.h

/// Logs into `shard` (EpisodeLogWriter); videos go beside the shards. Throws what plan, policy and simulator throw.
void run_eval_worker(const std::filesystem::path& folder, const std::filesystem::path& shard,
                     const std::function<void()>& on_job);

}  // namespace awd::cli
