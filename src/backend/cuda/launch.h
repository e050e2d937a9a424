// How kernels of this backend are started: one stream, each kernel allowed to begin while the one before it ends
// (programmatic dependent launch). What that asks of a kernel: before it reads or writes anything but weights it calls
// wait_for_previous(), on every path of every thread block, so that completion passes on along the stream.
#pragma once

#include <cuda_runtime.h>

#include <utility>

#include "backend/cuda/check.h"

namespace awd::cuda {

#ifdef __CUDACC__
/// Waits until all kernels before this one have ended and their writes are visible.
__device__ inline void wait_for_previous() {
#if __CUDA_ARCH__ >= 900
  asm volatile("griddepcontrol.wait;" ::: "memory");
#endif
}

/// Lets the next kernel start on free multiprocessors; it still waits for our end before it reads what we write.
__device__ inline void let_next_start() {
#if __CUDA_ARCH__ >= 900
  asm volatile("griddepcontrol.launch_dependents;" ::: "memory");
#endif
}
#endif

/// Threads and memory of one launch.
struct Shape {
  dim3 grid;
  dim3 block;
  std::size_t shared_bytes = 0;  // dynamic
  int cluster = 1;               // thread blocks of x that share their memory; 1 where the chip has no clusters
};

/// Starts `kernel` on `stream`. More than 48 KiB of shared memory needs allow_shared_memory() before, once.
template <class... Parameters, class... Arguments>
void launch(void (*kernel)(Parameters...), const Shape& shape, cudaStream_t stream, Arguments&&... arguments) {
  cudaLaunchAttribute attributes[2] = {};
  attributes[0].id = cudaLaunchAttributeProgrammaticStreamSerialization;
  attributes[0].val.programmaticStreamSerializationAllowed = 1;
  attributes[1].id = cudaLaunchAttributeClusterDimension;
  attributes[1].val.clusterDim = {unsigned(shape.cluster), 1, 1};
  cudaLaunchConfig_t config = {};
  config.gridDim = shape.grid;
  config.blockDim = shape.block;
  config.dynamicSmemBytes = shape.shared_bytes;
  config.stream = stream;
  config.attrs = attributes;
  config.numAttrs = shape.cluster > 1 ? 2 : 1;
  AWD_CUDA(cudaLaunchKernelEx(&config, kernel, static_cast<Parameters>(std::forward<Arguments>(arguments))...));
}

/// Raises a kernel's limit of dynamic shared memory.
template <class... Parameters>
void allow_shared_memory(void (*kernel)(Parameters...), std::size_t bytes) {
  AWD_CUDA(cudaFuncSetAttribute(reinterpret_cast<const void*>(kernel), cudaFuncAttributeMaxDynamicSharedMemorySize,
                                int(bytes)));
}

}  // namespace awd::cuda
