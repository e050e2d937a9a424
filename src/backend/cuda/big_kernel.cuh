// The kernel of all many-row products. A block owns tiles of y; one warp of it copies pieces of x and of the weight,
// 128 bytes deep, into a ring of stages, and one warpgroup per 64 rows multiplies them, its sums in registers:
// tiles as large as the registers allow, because both operands come through shared memory and L2. Blocks are as
// many as multiprocessors and take tile after tile; the copies run ahead over the end of a tile.
// A narrow product has fewer tiles than multiprocessors: there the blocks of a cluster split the depth, and add their
// sums through each other's shared memory in the order of their ranks.
#pragma once

#include <cuda_runtime.h>

#include "backend/cuda/big_copier.cuh"
#include "backend/cuda/big_multiplier.cuh"
#include "backend/cuda/launch.h"

namespace awd::cuda::big {

/// Where the ring lies in `memory`.
template <class T>
__device__ Ring make_ring(const std::byte* memory, int count) {
  const Shared stages = (shared_address(memory) + 1023) / 1024 * 1024;
  const Shared full = stages + count * T::kStageBytes;
  return {.stages = stages, .full = full, .empty = full + count * 8, .count = count};
}

template <class T, BigNumber kNumber, BigResult kResult>
__global__ void __launch_bounds__(T::kThreads, 1)
    big_kernel(const __grid_constant__ BigTask task, const __grid_constant__ Finish finish) {
#ifdef __CUDA_ARCH_FEAT_SM90_ALL
  extern __shared__ std::byte memory[];
  let_next_start();
  const Ring ring = make_ring<T>(memory, task.stages);
  if (threadIdx.x >= T::kGroups * 128) {
    Copier<T, kNumber == BigNumber::kBf16 ? kStepBytes / 2 : kStepBytes> copier(task, ring);
    copier.start();
    __syncthreads();
    if constexpr (T::kMovesRegisters) keep_registers<T::kCopyRegisters>();
    copier.run();
  } else {
    __syncthreads();
    if constexpr (T::kMovesRegisters) take_registers<T::kSumRegisters>();
    Multiplier<T, kNumber, kResult>(task, finish, ring).run();
  }
#endif
}

/// Shared memory of one block: the ring, and what aligns it.
template <class T>
std::size_t shared_bytes(int stages) {
  return 1024 + std::size_t(stages) * (T::kStageBytes + 16);
}

template <class T, BigNumber kNumber, BigResult kResult>
void start_kernel(const BigTask& task, const Finish& finish, const BigPlan& plan, int clusters, cudaStream_t stream) {
  const std::size_t bytes = shared_bytes<T>(plan.stages);
  allow_shared_memory(big_kernel<T, kNumber, kResult>, bytes);
  launch(big_kernel<T, kNumber, kResult>,
         {.grid = dim3(unsigned(clusters * plan.blocks)),
          .block = dim3(T::kThreads),
          .shared_bytes = bytes,
          .cluster = plan.blocks},
         stream, task, finish);
}

}  // namespace awd::cuda::big
