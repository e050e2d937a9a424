// Owners of what the CUDA runtime hands out.
#pragma once

#include <cuda_runtime.h>

#include <memory>
#include <type_traits>

#include "backend/cuda/check.h"

namespace awd::cuda {

/// Calls a release function; its status is of no use by then.
template <auto kRelease>
struct Release {
  template <class T>
  void operator()(T* handle) const {
    kRelease(handle);
  }
};

using Stream = std::unique_ptr<std::remove_pointer_t<cudaStream_t>, Release<cudaStreamDestroy>>;
using Event = std::unique_ptr<std::remove_pointer_t<cudaEvent_t>, Release<cudaEventDestroy>>;
using Graph = std::unique_ptr<std::remove_pointer_t<cudaGraph_t>, Release<cudaGraphDestroy>>;
using GraphExec = std::unique_ptr<std::remove_pointer_t<cudaGraphExec_t>, Release<cudaGraphExecDestroy>>;
/// Host memory that the device can read, page-locked.
using PinnedBytes = std::unique_ptr<std::byte, Release<cudaFreeHost>>;

/// A stream that waits for no other one.
inline Stream make_stream() {
  cudaStream_t stream = nullptr;
  AWD_CUDA(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking));
  return Stream(stream);
}

inline Event make_event() {
  cudaEvent_t event = nullptr;
  AWD_CUDA(cudaEventCreateWithFlags(&event, cudaEventDisableTiming));
  return Event(event);
}

inline PinnedBytes make_pinned(std::size_t bytes) {
  void* memory = nullptr;
  AWD_CUDA(cudaHostAlloc(&memory, bytes, cudaHostAllocDefault));
  return PinnedBytes(static_cast<std::byte*>(memory));
}

}  // namespace awd::cuda
