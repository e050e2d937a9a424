// The order between sessions of one device, whose streams know nothing of each other.
#pragma once

#include <algorithm>
#include <mutex>
#include <vector>

#include "backend/cuda/handles.h"

namespace awd::cuda {

/// What a session has begun when its scope ends, the scope of another waits for. Thread-safe.
class StreamOrder {
 public:
  void add(cudaEvent_t end) {
    const std::lock_guard lock(mutex_);
    ends_.push_back(end);
  }
  void remove(cudaEvent_t end) {
    const std::lock_guard lock(mutex_);
    std::erase(ends_, end);
  }
  /// `stream` waits for the last scope of every session but that of `own`.
  void wait_for_others(cudaStream_t stream, cudaEvent_t own) {
    const std::lock_guard lock(mutex_);
    for (const cudaEvent_t end : ends_) {
      if (end != own) AWD_CUDA(cudaStreamWaitEvent(stream, end, 0));
    }
  }

 private:
  std::mutex mutex_;
  std::vector<cudaEvent_t> ends_;
};

}  // namespace awd::cuda
