// Plans the episodes of an evaluation and runs them: each thread takes episodes from a shared counter, a sink puts the
// results back in order.
#include "cli/eval_jobs.h"

#include <atomic>
#include <map>
#include <mutex>

#include "base/parallel.h"

namespace awd::cli {
namespace {

/// Takes records in any order and passes them on in the order of the jobs. Thread-safe.
class OrderedSink {
 public:
  explicit OrderedSink(const std::function<void(const EpisodeRecord&)>& on_record) : on_record_(on_record) {}

  void put(int index, EpisodeRecord record) {
    const std::lock_guard lock(mutex_);
    waiting_.emplace(index, std::move(record));
    for (auto next = waiting_.find(next_); next != waiting_.end(); next = waiting_.find(next_)) {
      on_record_(next->second);
      waiting_.erase(next);
      ++next_;
    }
  }

 private:
  const std::function<void(const EpisodeRecord&)>& on_record_;
  std::mutex mutex_;
  std::map<int, EpisodeRecord> waiting_;
  int next_ = 0;
};

}  // namespace

std::vector<EpisodeJob> plan_jobs(int arms, int tasks, int trials, std::uint64_t seed) {
  std::vector<EpisodeJob> jobs;
  for (int arm = 0; arm < arms; ++arm) {
    for (int task = 0; task < tasks; ++task) {
      for (int trial = 0; trial < trials; ++trial) {
        jobs.push_back({int(jobs.size()), arm, task, trial, seed + std::uint64_t(trial)});
      }
    }
  }
  return jobs;
}

void run_jobs(const std::vector<EpisodeJob>& jobs, int workers,
              const std::function<std::unique_ptr<EpisodeRunner>()>& make_runner,
              const std::function<void(const EpisodeRecord&)>& on_record) {
  OrderedSink sink(on_record);
  const int count = int(jobs.size());
  std::atomic<int> next{0};
  // One long job per thread, because a runner (OpenGL inside) may not leave the thread that made it.
  parallel_jobs(workers, workers, [&](int, int) {
    int index = next++;
    if (index >= count) return;
    try {
      const std::unique_ptr<EpisodeRunner> runner = make_runner();
      for (; index < count; index = next++) sink.put(index, runner->run(jobs[index]));
    } catch (...) {
      next = count;  // the other threads finish their episode and stop
      throw;
    }
  });
}

}  // namespace awd::cli
