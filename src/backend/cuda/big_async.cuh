// Hopper's asynchronous machinery in the words of the big_* kernels: barriers in shared memory, tensor copies that
// arrive at them, clusters of thread blocks. Thin wrappers of PTX; sm_90 and later.
#pragma once

#include <cuda.h>

#include <cstdint>

namespace awd::cuda::big {

using Shared = std::uint32_t;  // an address in shared memory

__device__ inline Shared shared_address(const void* at) { return Shared(__cvta_generic_to_shared(at)); }

// --- barriers: a phase ends when `count` arrivals and all announced bytes have come; a wait names the phase's parity
__device__ inline void init_barrier(Shared barrier, int count) {
  asm volatile("mbarrier.init.shared::cta.b64 [%0], %1;" ::"r"(barrier), "r"(count) : "memory");
}

/// Makes initialised barriers visible to copies.
__device__ inline void publish_barriers() {
  asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
  asm volatile("fence.proxy.async;" ::: "memory");
}

__device__ inline void arrive(Shared barrier) {
  asm volatile("mbarrier.arrive.shared::cta.b64 _, [%0];" ::"r"(barrier) : "memory");
}

__device__ inline void arrive_and_expect(Shared barrier, int bytes) {
  asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(barrier), "r"(bytes) : "memory");
}

__device__ inline void wait(Shared barrier, std::uint32_t parity) {
  asm volatile(
      "{\n"
      ".reg .pred done;\n"
      "again:\n"
      "mbarrier.try_wait.parity.shared::cta.b64 done, [%0], %1;\n"
      "@done bra.uni end;\n"
      "bra.uni again;\n"
      "end:\n"
      "}" ::"r"(barrier),
      "r"(parity)
      : "memory");
}

// --- copies of a box of a matrix, whose first element is (row, column), into shared memory
__device__ inline void load_box(Shared to, const CUtensorMap& from, int column, int row, Shared barrier) {
  asm volatile(
      "cp.async.bulk.tensor.2d.shared::cluster.global.mbarrier::complete_tx::bytes [%0], [%1, {%2, %3}], [%4];" ::"r"(
          to),
      "l"(&from), "r"(column), "r"(row), "r"(barrier)
      : "memory");
}

/// Fetches a box into the L2 cache.
__device__ inline void prefetch_box(const CUtensorMap& from, int column, int row) {
  asm volatile("cp.async.bulk.prefetch.tensor.2d.L2.global [%0, {%1, %2}];" ::"l"(&from), "r"(column), "r"(row)
               : "memory");
}

__device__ inline void prefetch_map(const CUtensorMap& map) {
  asm volatile("prefetch.tensormap [%0];" ::"l"(&map) : "memory");
}

/// Orders this thread's own accesses to shared memory before copies that others start after a barrier.
__device__ inline void fence_before_copies() { asm volatile("fence.proxy.async;" ::: "memory"); }

// --- clusters
__device__ inline int cluster_rank() {
  int rank = 0;
  asm("mov.u32 %0, %%cluster_ctarank;" : "=r"(rank));
  return rank;
}

__device__ inline int cluster_size() {
  int size = 0;
  asm("mov.u32 %0, %%cluster_nctarank;" : "=r"(size));
  return size;
}

/// All threads of all blocks of the cluster; what they wrote to shared memory before is visible after.
__device__ inline void sync_cluster() {
  __syncwarp();
  asm volatile("barrier.cluster.arrive.release.aligned;" ::: "memory");
  asm volatile("barrier.cluster.wait.acquire.aligned;" ::: "memory");
}

/// The place of `at` in the shared memory of block `rank`.
__device__ inline Shared place_in(Shared at, int rank) {
  Shared there = 0;
  asm("mapa.shared::cluster.u32 %0, %1, %2;" : "=r"(there) : "r"(at), "r"(rank));
  return there;
}

/// Writes to a place_in() some block.
__device__ inline void send(Shared to, float a, float b, float c, float d) {
  asm volatile("st.shared::cluster.v4.f32 [%0], {%1, %2, %3, %4};" ::"r"(to), "f"(a), "f"(b), "f"(c), "f"(d)
               : "memory");
}

__device__ inline float4 read_shared(Shared at) {
  float4 value;
  asm volatile("ld.shared.v4.f32 {%0, %1, %2, %3}, [%4];"
               : "=f"(value.x), "=f"(value.y), "=f"(value.z), "=f"(value.w)
               : "r"(at)
               : "memory");
  return value;
}

// --- registers
/// Gives back (or takes) registers: `kCount` per thread of this warpgroup from here on.
template <int kCount>
__device__ inline void keep_registers() {
  asm volatile("setmaxnreg.dec.sync.aligned.u32 %0;" ::"n"(kCount));
}
template <int kCount>
__device__ inline void take_registers() {
  asm volatile("setmaxnreg.inc.sync.aligned.u32 %0;" ::"n"(kCount));
}

}  // namespace awd::cuda::big
