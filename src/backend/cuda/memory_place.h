// Where a piece of memory lies.
#pragma once

#include "backend/cuda/check.h"

namespace awd::cuda {

/// cudaMemoryTypeUnregistered for host memory that is not pinned.
inline cudaMemoryType memory_place(const void* memory) {
  cudaPointerAttributes attributes;
  AWD_CUDA(cudaPointerGetAttributes(&attributes, memory));
  return attributes.type;
}

/// Whether the host must not touch it.
inline bool is_device_memory(const void* memory) { return memory_place(memory) == cudaMemoryTypeDevice; }

}  // namespace awd::cuda
