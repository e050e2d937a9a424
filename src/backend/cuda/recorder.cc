// CUDA graphs: captured from the stream, kept by key.
#include "backend/cuda/recorder.h"

#include <algorithm>

#include "base/check.h"

namespace awd::cuda {

bool Recorder::begin(std::uint64_t key) {
  AWD_CHECK(!key_.has_value(), "a recording inside a recording");
  const auto found = recordings_.find(key);
  if (found != recordings_.end()) found->second.last_run = ++runs_;
  if (found != recordings_.end() && found->second.graph != nullptr) {
    AWD_CUDA(cudaGraphLaunch(found->second.graph.get(), stream_));
    return false;
  }
  if (found != recordings_.end()) {
    AWD_CUDA(cudaStreamBeginCapture(stream_, cudaStreamCaptureModeThreadLocal));
    is_capturing_ = true;
  }
  key_ = key;
  return true;
}

void Recorder::forget_oldest() {
  const auto oldest =
      std::ranges::min_element(recordings_, {}, [](const auto& recording) { return recording.second.last_run; });
  recordings_.erase(oldest);  // a graph that still runs ends first
}

void Recorder::end(bool is_abandoned) {
  AWD_CHECK(key_.has_value());
  const std::uint64_t key = *key_;
  key_.reset();
  if (!is_capturing_) {
    if (is_abandoned) return;
    if (recordings_.size() >= kMostGraphs) forget_oldest();
    recordings_[key] = {.graph = nullptr, .last_run = ++runs_};
    return;
  }
  is_capturing_ = false;
  cudaGraph_t captured = nullptr;
  const cudaError_t status = cudaStreamEndCapture(stream_, &captured);
  const Graph graph(captured);
  if (is_abandoned) {
    cudaGetLastError();  // of a capture that an error has broken
    return;
  }
  check(status, "cudaStreamEndCapture");
  cudaGraphExec_t exec = nullptr;
  AWD_CUDA(cudaGraphInstantiate(&exec, graph.get(), 0));
  recordings_[key].graph = GraphExec(exec);
  AWD_CUDA(cudaGraphLaunch(exec, stream_));
}

}  // namespace awd::cuda
