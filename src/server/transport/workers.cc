// One thread per queue. The bound is over all queues; a job counts until its thread takes it.
#include "server/transport/workers.h"

#include <utility>

namespace awd::server {

Workers::Workers(int threads, int most_waiting) : most_waiting_(most_waiting), queues_(std::size_t(threads)) {
  for (Queue& queue : queues_) threads_.emplace_back([this, &queue] { work(queue); });
}

Workers::~Workers() {
  drop_waiting();
  for (Queue& queue : queues_) {
    const std::lock_guard lock(queue.mutex);
    queue.is_closed = true;
    queue.changed.notify_one();
  }
  for (std::thread& thread : threads_) thread.join();
}

bool Workers::submit(std::uint64_t key, Job job) {
  if (waiting_.fetch_add(1) >= most_waiting_) {
    --waiting_;
    return false;
  }
  Queue& queue = queues_[key % queues_.size()];
  const std::lock_guard lock(queue.mutex);
  queue.jobs.push_back(std::move(job));
  queue.changed.notify_one();
  return true;
}

void Workers::drop_waiting() {
  for (Queue& queue : queues_) {
    std::deque<Job> jobs;
    {
      const std::lock_guard lock(queue.mutex);
      jobs.swap(queue.jobs);
    }
    for (const Job& job : jobs) {
      --waiting_;
      job.dropped();
    }
  }
}

void Workers::work(Queue& queue) {
  for (;;) {
    Job job;
    {
      std::unique_lock lock(queue.mutex);
      queue.changed.wait(lock, [&queue] { return queue.is_closed || !queue.jobs.empty(); });
      if (queue.jobs.empty()) return;
      job = std::move(queue.jobs.front());
      queue.jobs.pop_front();
    }
    --waiting_;
    job.run();
  }
}

}  // namespace awd::server
