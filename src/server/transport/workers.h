// The threads that run policies: a bounded queue each, so that a client stays on its thread.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace awd::server {

/// Thread-safe.
class Workers {
 public:
  struct Job {
    std::function<void()> run;
    std::function<void()> dropped;  // instead of run, by drop_waiting()
  };

  Workers(int threads, int most_waiting);
  /// Drops what waits and ends with the jobs that run.
  ~Workers();

  /// Jobs of one `key` run in order on one thread. False, and nothing happens, where `most_waiting` jobs wait already.
  [[nodiscard]] bool submit(std::uint64_t key, Job job);
  /// Calls `dropped` of every job that has not begun, on the calling thread.
  void drop_waiting();
  int waiting() const { return waiting_; }

 private:
  struct Queue {
    std::mutex mutex;
    std::condition_variable changed;
    std::deque<Job> jobs;
    bool is_closed = false;
  };
  void work(Queue& queue);

  int most_waiting_;
  std::atomic<int> waiting_{0};
  std::deque<Queue> queues_;
  std::vector<std::thread> threads_;
};

}  // namespace awd::server
