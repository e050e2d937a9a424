// CUDA graphs: captured from the stream, kept by key.
#include "backend/cuda/recorder.h"

#include "base/check.h"

namespace awd::cuda {

bool Recorder::begin(std::uint64_t key) {
  AWD_CHECK(!key_.has_value(), "a recording inside a recording");
  const auto found = graphs_.find(key);
  if (found != graphs_.end() && found->second != nullptr) {
    AWD_CUDA(cudaGraphLaunch(found->second.get(), stream_));
    return false;
  }
  if (found != graphs_.end()) {
    AWD_CUDA(cudaStreamBeginCapture(stream_, cudaStreamCaptureModeThreadLocal));
    is_capturing_ = true;
  }
  key_ = key;
  return true;
}

void Recorder::end(bool is_abandoned) {
  AWD_CHECK(key_.has_value());
  const std::uint64_t key = *key_;
  key_.reset();
  if (!is_capturing_) {
    if (graphs_.size() >= kMostGraphs) graphs_.clear();
    if (!is_abandoned) graphs_[key] = nullptr;
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
  graphs_[key] = GraphExec(exec);
  AWD_CUDA(cudaGraphLaunch(exec, stream_));
}

}  // namespace awd::cuda
