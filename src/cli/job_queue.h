// A list of job numbers in a file that several processes share: each job is claimed by exactly one of them.
#pragma once

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>

namespace awd::cli {

/// Maps the file into memory; claims are lock-free atomics in it. Thread-safe and process-safe.
class JobQueue {
 public:
  /// Writes a new queue of `jobs`, replacing the file. Throws awd::Error if that fails.
  static void create(const std::filesystem::path& file, std::span<const int> jobs);
  /// Opens a queue that create() wrote. Throws awd::Error on anything else.
  explicit JobQueue(const std::filesystem::path& file);
  ~JobQueue();
  JobQueue(const JobQueue&) = delete;
  JobQueue& operator=(const JobQueue&) = delete;

  /// The next job, in the order of create(); nothing when all are claimed.
  [[nodiscard]] std::optional<int> claim();
  /// Counts one claimed job as finished.
  void finish();
  int finished() const;
  int size() const;

 private:
  /// Start of the file; the job numbers follow.
  struct Header {
    std::uint64_t magic;
    std::atomic<std::int32_t> next;      // position of the next unclaimed job
    std::atomic<std::int32_t> finished;  // jobs done
    std::int32_t size;
    std::int32_t unused;
  };
  static_assert(std::atomic<std::int32_t>::is_always_lock_free);
  static constexpr std::uint64_t kMagic = 0x3171626f6a647761;  // "awdjobq1"

  Header* header_ = nullptr;
  const std::int32_t* jobs_ = nullptr;
  std::size_t bytes_ = 0;
};

}  // namespace awd::cli
