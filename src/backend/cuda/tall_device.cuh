// What the tall_* kernels ask of a Hopper multiprocessor, beyond small_device.cuh and the big_* kernels' wrappers. Only
// for code that is compiled for sm_90a.
#pragma once

#include "backend/cuda/big_async.cuh"
#include "backend/cuda/big_mma.cuh"
#include "backend/cuda/small_device.cuh"
#include "backend/cuda/small_linear.h"

namespace awd::cuda::tall {

using small::shared_address;

// --- barriers that count bytes
using big::wait;

/// Behind the first use of barriers by this thread: copies see them set up.
__device__ inline void publish_barriers() {
  asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
  asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
}

/// Starts a copy of `bytes` (a multiple of 16) of weights to shared memory, counted by `barrier`. One thread.
__device__ inline void start_copy(std::uint64_t* barrier, void* to, const std::byte* from, unsigned bytes) {
  const unsigned b = shared_address(barrier);
  std::uint64_t once;  // weights are read once per step: the first to leave the L2 cache
  asm("createpolicy.fractional.L2::evict_first.b64 %0, 1.0;" : "=l"(once));
  big::arrive_and_expect(b, int(bytes));
  asm volatile(
      "cp.async.bulk.shared::cluster.global.mbarrier::complete_tx::bytes.L2::cache_hint [%0], [%1], %2, [%3], "
      "%4;" ::"r"(shared_address(to)),
      "l"(from), "r"(bytes), "r"(b), "l"(once)
      : "memory");
}

/// Asks for `bytes` (a multiple of 16), into the L2 cache. One thread.
__device__ inline void bring_near(const std::byte* from, unsigned bytes) {
  asm volatile("cp.async.bulk.prefetch.L2.global [%0], %1;" ::"l"(from), "r"(bytes) : "memory");
}

/// Loads of what no kernel writes, begun where they stand: the compiler would put them behind the wait for the kernel
/// in front, next to their use.
__device__ inline float4 load_early(const float4* p) {
  float4 v;
  asm volatile("ld.global.nc.v4.f32 {%0, %1, %2, %3}, [%4];" : "=f"(v.x), "=f"(v.y), "=f"(v.z), "=f"(v.w) : "l"(p));
  return v;
}
__device__ inline float load_early(const float* p) {
  float v;
  asm volatile("ld.global.nc.f32 %0, [%1];" : "=f"(v) : "l"(p));
  return v;
}

/// A barrier of the 128 threads of warpgroup `group`, 0 or 1. Named by constants: for a barrier that is only known when
/// it runs a block takes all 16 of those that the blocks of a multiprocessor share.
__device__ inline void sync_group(int group) {
  if (group == 0) {
    asm volatile("bar.sync 1, 128;" ::: "memory");
  } else {
    asm volatile("bar.sync 2, 128;" ::: "memory");
  }
}

/// Orders what this thread has stored in shared memory before products that are begun behind the next barrier.
__device__ inline void publish_stores() { asm volatile("fence.proxy.async.shared::cta;" ::: "memory"); }

/// *to = value in the shared memory of block `rank` of the cluster, counted by its barrier; `to` and `barrier` are the
/// places in our own.
__device__ inline void send(void* to, std::uint64_t* barrier, unsigned rank, float4 value) {
  unsigned there, counted;
  asm("mapa.shared::cluster.u32 %0, %1, %2;" : "=r"(there) : "r"(shared_address(to)), "r"(rank));
  asm("mapa.shared::cluster.u32 %0, %1, %2;" : "=r"(counted) : "r"(shared_address(barrier)), "r"(rank));
  asm volatile(
      "st.async.weak.shared::cluster.mbarrier::complete_tx::bytes.v4.f32 [%0], {%1, %2, %3, %4}, [%5];" ::"r"(there),
      "f"(value.x), "f"(value.y), "f"(value.z), "f"(value.w), "r"(counted)
      : "memory");
}

// --- products: d [64, 16] += a b^T, a [64, 32 bytes], b [16, 32 bytes]. Thread t of the warpgroup holds, as d[4 g + 2
// h + e], row 16 (t / 32) + t % 32 / 4 + 8 h of a and row 8 g + 2 (t % 4) + e of b.

/// An operand for the hardware: 8 rows x 16 bytes without gaps; `next_piece` bytes on, those of the next 16 bytes of
/// each row, and `next_rows` bytes on, those of the next 8 rows. All multiples of 16.
__device__ inline std::uint64_t describe(unsigned address, unsigned next_piece, unsigned next_rows) {
  return std::uint64_t(next_rows >> 4) << 32 | std::uint64_t(next_piece >> 4) << 16 | (address & 0x3ffff) >> 4;
}

using big::begin_products;
using big::end_products;
using big::pin;
using big::wait_products;

template <SmallNumber kNumber>
__device__ inline void multiply(float (&d)[8], std::uint64_t a, std::uint64_t b) {
  if constexpr (kNumber == SmallNumber::kE4m3) {
    asm volatile(
        "wgmma.mma_async.sync.aligned.m64n16k32.f32.e4m3.e4m3 {%0, %1, %2, %3, %4, %5, %6, %7}, %8, %9, 1, 1, 1;"
        : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3]), "+f"(d[4]), "+f"(d[5]), "+f"(d[6]), "+f"(d[7])
        : "l"(a), "l"(b));
    return;
  }
  asm volatile(
      "wgmma.mma_async.sync.aligned.m64n16k16.f32.bf16.bf16 {%0, %1, %2, %3, %4, %5, %6, %7}, %8, %9, 1, 1, 1, 0, 0;"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3]), "+f"(d[4]), "+f"(d[5]), "+f"(d[6]), "+f"(d[7])
      : "l"(a), "l"(b));
}

}  // namespace awd::cuda::tall
