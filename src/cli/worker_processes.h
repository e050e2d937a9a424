// Work shared by processes of this same program: renderers of one process wait for each other inside the OpenGL driver,
// those of different processes do not.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "cli/shard_folder.h"

namespace awd::cli {

/// What every process of one run needs.
struct WorkerJobs {
  std::string kind;              // names the worker function (worker.cc)
  std::filesystem::path folder;  // holds the plan and the job queue
  int processes = 1;
};

/// Runs `awd worker KIND FOLDER SHARD` for as many new shards as there are processes and waits for all; with one
/// process the work is done inside this one. `on_progress` is called now and then, and once at the end. Throws
/// Interrupted after Ctrl-C and awd::Error (bad input) or std::runtime_error, naming the shard and its last words, when
/// a process fails; in either case all others are stopped first.
void run_workers(const WorkerJobs& jobs, const std::function<void()>& on_progress);

/// Runs `open` jobs of a run whose other `finished` jobs are done, in as many processes as `wanted` says; draws a
/// progress bar. Returns the number of processes. Throws like run_workers().
int run_jobs(ShardFolder& shards, const std::string& kind, const std::vector<int>& open, int finished, int wanted);

/// The number of processes for `wanted` (0: as many as cores), never more than there are jobs and at least 1.
int process_count(int wanted, int jobs);

/// Inside a worker: ends this process when its parent does.
void die_with_parent();

}  // namespace awd::cli
