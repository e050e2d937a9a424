// What the small_* kernels ask of the machine, one instruction each: asynchronous copies, matrix products of a warp,
// and the memory that the thread blocks of a cluster share. Chips before sm_90 have neither bulk copies nor clusters.
#pragma once

#include <cuda_bf16.h>
#include <cuda_runtime.h>

#include <cstdint>

namespace awd::cuda::small {

#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 900
inline constexpr bool kHasBulkCopies = true;
#else
inline constexpr bool kHasBulkCopies = false;
#endif

__device__ inline unsigned shared_address(const void* p) { return unsigned(__cvta_generic_to_shared(p)); }

/// Tanh approximation: v / (1 + exp(-2 z)) is v (1 + tanh z) / 2.
__device__ inline float gelu(float v) {
  const float z = 0.7978845608f * (v + 0.044715f * v * v * v);
  return __fdividef(v, 1.f + __expf(-2.f * z));
}

/// A copy of one thread from global to shared memory; wait_for_lanes_copies() ends those of its warp.
__device__ inline void copy_16_bytes(void* to, const void* from) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" ::"r"(shared_address(to)), "l"(from) : "memory");
}
__device__ inline void wait_for_lanes_copies() {
  asm volatile("cp.async.wait_all;" ::: "memory");
  __syncwarp();
}

/// Waits for the first phase of a barrier in the block's shared memory.
__device__ inline void wait_for_barrier(std::uint64_t* barrier) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 900
  asm volatile(
      "{\n"
      ".reg .pred done;\n"
      "again: mbarrier.try_wait.parity.acquire.cluster.shared::cta.b64 done, [%0], 0;\n"
      "@!done bra again;\n"
      "}\n" ::"r"(shared_address(barrier))
      : "memory");
#endif
}

/// One copy of a warp from global to shared memory, 16-byte aligned, `bytes` a multiple of 256. All lanes call both;
/// `bytes` may be 0. `barrier` is the warp's own, in shared memory.
struct WarpCopy {
  __device__ static void start(std::uint64_t* barrier, std::byte* to, const std::byte* from, unsigned bytes,
                               unsigned lane) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 900
    if (lane == 0) {
      const unsigned b = shared_address(barrier);
      asm volatile("mbarrier.init.shared::cta.b64 [%0], 1;" ::"r"(b) : "memory");
      asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
      asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(b), "r"(bytes) : "memory");
      std::uint64_t once;  // weights are read once per step: the first to leave the L2 cache
      asm("createpolicy.fractional.L2::evict_first.b64 %0, 1.0;" : "=l"(once));
      if (bytes > 0) {
        asm volatile(
            "cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes.L2::cache_hint [%0], [%1], %2, [%3], "
            "%4;" ::"r"(shared_address(to)),
            "l"(from), "r"(bytes), "r"(b), "l"(once)
            : "memory");
      }
    }
    __syncwarp();
#else
    for (unsigned at = lane * 16; at < bytes; at += 512) {
      copy_16_bytes(to + at, from + at);
    }
#endif
  }

  __device__ static void wait(std::uint64_t* barrier) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 900
    wait_for_barrier(barrier);
#else
    wait_for_lanes_copies();
#endif
  }
};

/// Asks for the line that holds *p, into the L2 cache.
__device__ inline void bring_line_near(const void* p) { asm volatile("prefetch.global.L2 [%0];" ::"l"(p)); }

/// sums += a b: a [16, 16] row-major, b [16, 8] column-major, bf16; the fragments of mma.m16n8k16.
__device__ inline void multiply(float (&sums)[4], const uint4& a, unsigned b0, unsigned b1) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
      : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
      : "r"(a.x), "r"(a.y), "r"(a.z), "r"(a.w), "r"(b0), "r"(b1));
}

__device__ inline unsigned bf16_pair(float low, float high) {
  const __nv_bfloat162 pair = __floats2bfloat162_rn(low, high);
  return reinterpret_cast<const unsigned&>(pair);
}

__device__ inline unsigned cluster_rank() {
  unsigned rank = 0;
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 900
  asm("mov.u32 %0, %%cluster_ctarank;" : "=r"(rank));
#endif
  return rank;
}

/// Every thread of every block of the cluster calls arrive, then wait, once. What arrive makes known is the barriers
/// that expect_bytes() set up.
__device__ inline void cluster_arrive() {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 900
  asm volatile("barrier.cluster.arrive.relaxed.aligned;" ::: "memory");
#endif
}
/// The same, and what this thread has stored in other blocks has arrived there when they have waited: without that a
/// block may read too early, or have ended when the store comes.
__device__ inline void cluster_arrive_stored() {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 900
  asm volatile("barrier.cluster.arrive.release.aligned;" ::: "memory");
#endif
}
__device__ inline void cluster_wait() {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 900
  asm volatile("barrier.cluster.wait.acquire.aligned;" ::: "memory");
#endif
}

/// Sets `barrier` up, by one thread, for what the blocks of the cluster will send.
__device__ inline void expect_bytes(std::uint64_t* barrier, unsigned bytes) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 900
  const unsigned b = shared_address(barrier);
  asm volatile("mbarrier.init.shared::cta.b64 [%0], 1;" ::"r"(b) : "memory");
  asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
  asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(b), "r"(bytes) : "memory");
#endif
}

/// *p = value in the shared memory of the block `rank` of the cluster, counted by its barrier; `p` and `barrier` are
/// the places in our own.
__device__ inline void send_to(float2* p, std::uint64_t* barrier, unsigned rank, float2 value) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 900
  unsigned to, there;
  asm("mapa.shared::cluster.u32 %0, %1, %2;" : "=r"(to) : "r"(shared_address(p)), "r"(rank));
  asm("mapa.shared::cluster.u32 %0, %1, %2;" : "=r"(there) : "r"(shared_address(barrier)), "r"(rank));
  asm volatile("st.async.weak.shared::cluster.mbarrier::complete_tx::bytes.v2.f32 [%0], {%1, %2}, [%3];" ::"r"(to),
               "f"(value.x), "f"(value.y), "r"(there)
               : "memory");
#endif
}

}  // namespace awd::cuda::small
