// What a worker process does, by the kind of its jobs.
#pragma once

#include <filesystem>
#include <functional>
#include <string>

namespace awd::cli {

/// Takes jobs from the queue in `folder` until none is left and logs them into `shard`; calls `on_job` after each.
/// Throws awd::Error on an unknown kind, and what the jobs throw.
void run_worker(const std::string& kind, const std::filesystem::path& folder, const std::filesystem::path& shard,
                const std::function<void()>& on_job);

}  // namespace awd::cli
