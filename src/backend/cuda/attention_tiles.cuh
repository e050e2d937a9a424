// Parts that the tensor core attentions share: copies into shared memory, fragments, products of 16 x 8 x 16, clusters.
// A matrix in shared memory has rows of Columns + 8 elements: 8 rows start in 8 different groups of four banks, so that
// ldmatrix meets no conflict.
#pragma once

#include <cuda_bf16.h>
#include <cuda_runtime.h>

#include <cstdint>

namespace awd::cuda::tiles {

using bf16 = __nv_bfloat16;

constexpr float kLog2E = 1.44269504f;

/// Elements from row to row in shared memory.
template <int Columns>
constexpr int kPitch = Columns + 8;

__device__ inline std::uint32_t shared_address(const void* pointer) {
  return std::uint32_t(__cvta_generic_to_shared(pointer));
}

/// Starts a copy of 16 bytes past L1; zeros in their place where `is_real` is false, and nothing is read.
__device__ inline void copy_async(std::uint32_t to, const void* from, bool is_real) {
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(to), "l"(from), "r"(is_real ? 16 : 0) : "memory");
}
__device__ inline void commit_copies() { asm volatile("cp.async.commit_group;" ::: "memory"); }
/// Waits until at most `Pending` of this thread's committed groups are under way.
template <int Pending>
__device__ void wait_for_copies() {
  asm volatile("cp.async.wait_group %0;" ::"n"(Pending) : "memory");
}

/// Four 8 x 8 matrices; lanes 8 i .. 8 i + 7 give the rows of matrix i.
__device__ inline void load_matrices(std::uint32_t (&to)[4], std::uint32_t row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
               : "r"(row)
               : "memory");
}
__device__ inline void load_matrices_transposed(std::uint32_t (&to)[4], std::uint32_t row) {
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.trans.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
               : "r"(row)
               : "memory");
}

/// c += a b: a 16 x 16, b 16 x 8. A lane holds of c the columns 2 (lane % 4) and + 1 of lane_row() and of the row 8
/// below.
__device__ inline void multiply_add(float (&c)[4], const std::uint32_t (&a)[4], std::uint32_t b0, std::uint32_t b1) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, "
      "%3};"
      : "+f"(c[0]), "+f"(c[1]), "+f"(c[2]), "+f"(c[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

__device__ inline int lane_row() { return int(threadIdx.x % 32) / 4; }

/// Where this lane's ldmatrix row begins, in elements from the tile's first: of a 16 x 16 tile of rows x columns that
/// is the left factor, or, transposed, the right one given row by row;
template <int Columns>
__device__ int left_row() {
  const int lane = int(threadIdx.x % 32);
  return (lane % 16) * kPitch<Columns> + lane / 16 * 8;
}
/// and of 16 columns of the right factor x 16, given column by column.
template <int Columns>
__device__ int right_column() {
  const int lane = int(threadIdx.x % 32);
  return (lane / 16 * 8 + lane % 8) * kPitch<Columns> + lane / 8 % 2 * 8;
}

/// 2^x; what underflows becomes 0.
__device__ inline float power_of_two(float x) {
  float y;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}

__device__ inline std::uint32_t pack(float low, float high) {
  const __nv_bfloat162 both = __floats2bfloat162_rn(low, high);
  return *reinterpret_cast<const std::uint32_t*>(&both);
}

/// Over the four lanes that hold one row.
__device__ inline float row_max(float x) {
  x = fmaxf(x, __shfl_xor_sync(~0u, x, 1));
  return fmaxf(x, __shfl_xor_sync(~0u, x, 2));
}
__device__ inline float row_sum(float x) {
  x += __shfl_xor_sync(~0u, x, 1);
  return x + __shfl_xor_sync(~0u, x, 2);
}

// Clusters: sm_90 and later.
/// The two halves of a barrier of all threads of a cluster; what is written before it is seen after it.
__device__ inline void cluster_arrive() { asm volatile("barrier.cluster.arrive.release.aligned;" ::: "memory"); }
__device__ inline void cluster_wait() { asm volatile("barrier.cluster.wait.acquire.aligned;" ::: "memory"); }

/// The same place in the shared memory of block `rank` of the cluster.
__device__ inline std::uint32_t address_in_block(std::uint32_t address, int rank) {
  std::uint32_t there;
  asm("mapa.shared::cluster.u32 %0, %1, %2;" : "=r"(there) : "r"(address), "r"(rank));
  return there;
}
/// A barrier in shared memory that is passed when `bytes` of the stores below have come.
__device__ inline void expect_stores(std::uint32_t barrier, int bytes) {
  asm volatile("mbarrier.init.shared::cta.b64 [%0], 1;" ::"r"(barrier) : "memory");
  asm volatile("fence.mbarrier_init.release.cluster;" ::: "memory");
  asm volatile("mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;" ::"r"(barrier), "r"(bytes) : "memory");
}
__device__ inline void wait_for_stores(std::uint32_t barrier) {
  asm volatile(
      "{\n.reg .pred done;\nagain:\n"
      "mbarrier.try_wait.parity.acquire.cluster.shared::cta.b64 done, [%0], 0;\n"
      "@!done bra again;\n}" ::"r"(barrier)
      : "memory");
}

/// Stores to another block's shared memory, which count at a barrier there.
__device__ inline void store_in_block(std::uint32_t there, float4 value, std::uint32_t barrier) {
  asm volatile(
      "st.async.weak.shared::cluster.mbarrier::complete_tx::bytes.v4.f32 [%0], {%1, %2, %3, %4}, [%5];" ::"r"(there),
      "f"(value.x), "f"(value.y), "f"(value.z), "f"(value.w), "r"(barrier)
      : "memory");
}
__device__ inline void store_in_block(std::uint32_t there, float2 value, std::uint32_t barrier) {
  asm volatile("st.async.weak.shared::cluster.mbarrier::complete_tx::bytes.v2.f32 [%0], {%1, %2}, [%3];" ::"r"(there),
               "f"(value.x), "f"(value.y), "r"(barrier)
               : "memory");
}

}  // namespace awd::cuda::tiles
