// Runs independent jobs on a fixed number of threads; the first exception ends the run and is thrown to the caller.
#pragma once

#include <atomic>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace awd {

/// Calls work(job, worker) for job = 0 .. jobs-1, taken in order by `workers` threads (worker = 0 .. workers-1).
/// After an exception no new job starts; the first one is rethrown here when all threads have ended.
inline void parallel_jobs(int jobs, int workers, const std::function<void(int job, int worker)>& work) {
  std::atomic<int> next{0};
  std::exception_ptr first_error;
  std::mutex error_mutex;
  const auto loop = [&](int worker) {
    for (int job = next++; job < jobs; job = next++) {
      try {
        work(job, worker);
      } catch (...) {
        const std::lock_guard lock(error_mutex);
        if (!first_error) first_error = std::current_exception();
        next = jobs;
      }
    }
  };
  std::vector<std::thread> threads;
  for (int worker = 1; worker < workers; ++worker) threads.emplace_back(loop, worker);
  loop(0);
  for (std::thread& thread : threads) thread.join();
  if (first_error) std::rethrow_exception(first_error);
}

}  // namespace awd
