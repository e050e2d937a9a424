// The part of a run directory that exists while the run is being made: plan, job queue, and one folder per worker with
// what it has finished. It is what `--resume` continues from, and is removed when the run is complete.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace awd::cli {

inline constexpr const char* kShardsFolder = "shards";  // in the run directory
inline constexpr const char* kPlanFile = "plan.json";
inline constexpr const char* kQueueFile = "queue";

/// Makes a folder for one more worker: 000, 001, ... Safe against others that do the same.
std::filesystem::path new_shard(const std::filesystem::path& folder);

/// The workers' folders in order.
std::vector<std::filesystem::path> list_shards(const std::filesystem::path& folder);

/// Keeps other processes that ask for the same folder's lock away while it lives.
class FolderLock {
 public:
  FolderLock() = default;
  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;
  /// False if another process has it.
  [[nodiscard]] bool take(const std::filesystem::path& folder);

 private:
  int descriptor_ = -1;
};

/// RUN/shards, held by one coordinating process at a time.
class ShardFolder {
 public:
  /// Begins a run in `run`, new or empty, or goes on with one that was interrupted. `plan` is what decides the outcome:
  /// a JSON text that must be equal for a run to go on. With `resume`, a new or empty folder begins a run as well.
  /// Throws awd::Error on a folder with other content, on an unfinished run without `resume`, on a plan that differs
  /// (naming the first key that does), and when another process is at work there.
  ShardFolder(const std::filesystem::path& run, const std::string& plan, bool resume);
  /// Leaves nothing behind where no job has been finished.
  ~ShardFolder();
  ShardFolder(const ShardFolder&) = delete;
  ShardFolder& operator=(const ShardFolder&) = delete;

  const std::filesystem::path& run() const { return run_; }
  const std::filesystem::path& path() const { return path_; }
  /// Tells that there is something to resume from.
  void keep() { is_worth_keeping_ = true; }
  /// Removes the shards: the run is complete.
  void remove();

 private:
  void begin(const std::string& plan);
  void lock();

  std::filesystem::path run_;
  std::filesystem::path path_;
  bool is_new_run_ = false;  // this object made `run_`
  bool is_worth_keeping_ = false;
  FolderLock lock_;
};

}  // namespace awd::cli
