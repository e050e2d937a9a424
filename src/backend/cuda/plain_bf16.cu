// bf16 products of any shape on the tensor cores of sm_80 and later: y [M, N] = x [M, K] W [N, K]^T, f32 sums.
// A thread block makes a tile of y. K is walked in slices of 32 that a ring of three buffers holds in shared memory:
// cp.async fills one slice while mma.sync multiplies another. Slices of the weights are on their way before the kernel
// in front has ended. Gated layers put 16 gate outputs and the 16 outputs they gate side by side into each warp.
#include <cstdint>

#include "backend/cuda/launch.h"
#include "backend/cuda/plain_result.cuh"

namespace awd::cuda {
namespace {

constexpr int kSlice = 32;  // of K
constexpr int kChunk = 8;   // bf16 of one 16-byte copy
constexpr int kChunks = kSlice / kChunk;
constexpr int kBuffers = 3;
constexpr int kWarp = 32;
constexpr int kWarpColumns = 32;  // of y that a warp makes, as four blocks of 8

/// A tile of kRows x kColumns of y; warps stand kRowWarps high.
template <int kRows_, int kColumns_, int kRowWarps_>
struct Tile {
  static constexpr int kRows = kRows_, kColumns = kColumns_, kRowWarps = kRowWarps_;
  static constexpr int kThreads = kWarp * kRowWarps * (kColumns / kWarpColumns);
  static constexpr int kBlocksOf16 = kRows / kRowWarps / 16;  // rows of a warp
};

struct Product {
  Rows<const Brain> x;
  const Brain* weight;
  int out;
  int weight_stride;
  PlainTarget target;
};

/// Shared memory of a slice; chunks of a row are permuted so that eight rows' chunks of one K lie in different banks.
template <int kRows>
struct Slice {
  Brain values[kRows * kSlice];
  __device__ Brain* chunk(int row, int chunk) {
    return values + row * kSlice + (chunk ^ (row >> 1 & (kChunks - 1))) * kChunk;
  }
};

template <class T>
struct Shared {
  Slice<T::kRows> x[kBuffers];
  Slice<T::kColumns> w[kBuffers];
};

/// Starts a 16-byte copy of which `bytes` are read, the rest becomes 0.
__device__ inline void copy_async(Brain* to, const Brain* from, int bytes) {
  const auto address = static_cast<std::uint32_t>(__cvta_generic_to_shared(to));
  asm volatile("cp.async.cg.shared.global [%0], [%1], 16, %2;" ::"r"(address), "l"(from), "r"(bytes));
}

/// Of the weights' row for column `c` of a tile whose first is column (gated: unit) `first`; < 0: there is none.
template <bool kIsGated>
__device__ int weight_row(int c, int tile, int columns, int out) {
  if constexpr (!kIsGated) {
    const int row = tile * columns + c;
    return row < out ? row : -1;
  }
  const int units = out / 2;
  const int unit = tile * (columns / 2) + c / kWarpColumns * 16 + c % 16;
  return unit < units ? unit + (c % kWarpColumns < 16 ? 0 : units) : -1;
}

template <class T, bool kIsGated>
__device__ void load_weights(const Product& p, int slice, Slice<T::kColumns>& to) {
  for (int i = int(threadIdx.x); i < T::kColumns * kChunks; i += T::kThreads) {
    const int c = i / kChunks, chunk = i % kChunks;
    const int row = weight_row<kIsGated>(c, int(blockIdx.y), T::kColumns, p.out);
    const int k = slice * kSlice + chunk * kChunk;
    const bool is_there = row >= 0 && k < p.weight_stride;
    const std::size_t at = is_there ? std::size_t(row) * std::size_t(p.weight_stride) + std::size_t(k) : 0;
    copy_async(to.chunk(c, chunk), p.weight + at, is_there ? 16 : 0);
  }
}

template <class T, bool kIsAligned>
__device__ void load_x(const Product& p, int rows, int slice, Slice<T::kRows>& to) {
  for (int i = int(threadIdx.x); i < T::kRows * kChunks; i += T::kThreads) {
    const int r = int(blockIdx.x) * T::kRows + i / kChunks, chunk = i % kChunks;
    const int k = slice * kSlice + chunk * kChunk;
    const int count = r < rows ? min(max(p.x.cols - k, 0), kChunk) : 0;
    Brain* shared = to.chunk(i / kChunks, chunk);
    const Brain* from = count > 0 ? p.x.at(r) + k : p.x.data;
    if constexpr (kIsAligned) {
      copy_async(shared, from, count * int(sizeof(Brain)));
    } else {
      for (int e = 0; e < kChunk; ++e) shared[e] = e < count ? from[e] : __float2bfloat16_rn(0.f);
    }
  }
}

__device__ inline void load_matrices(std::uint32_t (&to)[4], const Brain* from) {
  const auto address = static_cast<std::uint32_t>(__cvta_generic_to_shared(from));
  asm volatile("ldmatrix.sync.aligned.m8n8.x4.shared.b16 {%0, %1, %2, %3}, [%4];"
               : "=r"(to[0]), "=r"(to[1]), "=r"(to[2]), "=r"(to[3])
               : "r"(address));
}

/// sums [16, 8] += a [16, 16] b [16, 8]
__device__ inline void multiply(float (&sums)[4], const std::uint32_t (&a)[4], std::uint32_t b0, std::uint32_t b1) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, "
      "{%0, %1, %2, %3};"
      : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
      : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b0), "r"(b1));
}

/// A warp's share of a slice: kBlocksOf16 x 4 blocks of 16 x 8 sums.
template <class T>
__device__ void multiply_slice(Slice<T::kRows>& x, Slice<T::kColumns>& w, int first_row, int first_column,
                               float (&sums)[T::kBlocksOf16][4][4]) {
  const int lane = int(threadIdx.x) % kWarp;
#pragma unroll
  for (int k = 0; k < kSlice / 16; ++k) {
    std::uint32_t b[2][4];  // two times 16 columns: (k low, k high) of the first 8, then of the second
#pragma unroll
    for (int pair = 0; pair < 2; ++pair) {
      const int column = first_column + pair * 16 + lane % 8 + lane / 16 * 8;
      load_matrices(b[pair], w.chunk(column, 2 * k + lane / 8 % 2));
    }
#pragma unroll
    for (int m = 0; m < T::kBlocksOf16; ++m) {
      std::uint32_t a[4];
      load_matrices(a, x.chunk(first_row + m * 16 + lane % 16, 2 * k + lane / 16));
#pragma unroll
      for (int n = 0; n < 4; ++n) multiply(sums[m][n], a, b[n / 2][n % 2 * 2], b[n / 2][n % 2 * 2 + 1]);
    }
  }
}

/// Sums [m][n][i] of a thread are of row 16 m + lane / 4 (+ 8 where i > 1) and column 8 n + 2 (lane % 4) + i % 2.
template <class T, bool kIsGated>
__device__ void put_sums(const Product& p, int rows, int first_row, int first_column,
                         const float (&sums)[T::kBlocksOf16][4][4]) {
  const int lane = int(threadIdx.x) % kWarp;
  constexpr int kBlocks = kIsGated ? 2 : 4;  // of columns that are written
#pragma unroll
  for (int m = 0; m < T::kBlocksOf16; ++m) {
#pragma unroll
    for (int i = 0; i < 4; ++i) {
      const int r = int(blockIdx.x) * T::kRows + first_row + m * 16 + lane / 4 + i / 2 * 8;
      if (r >= rows) continue;
#pragma unroll
      for (int n = 0; n < kBlocks; ++n) {
        const int within = 8 * n + 2 * (lane % 4) + i % 2;
        if constexpr (kIsGated) {
          const int unit = int(blockIdx.y) * (T::kColumns / 2) + first_column / 2 + within;
          if (unit < p.out / 2) p.target.put_gated(r, unit, p.out / 2, sums[m][n][i], sums[m][n + 2][i]);
        } else {
          const int column = int(blockIdx.y) * T::kColumns + first_column + within;
          if (column < p.out) p.target.put(r, column, sums[m][n][i]);
        }
      }
    }
  }
}

template <class T, bool kIsGated, bool kIsAligned>
__global__ void __launch_bounds__(T::kThreads) plain_bf16_kernel(Product p) {
  __shared__ __align__(128) Shared<T> shared;
  const int slices = (p.x.cols + kSlice - 1) / kSlice;
  const auto end_copies = [] { asm volatile("cp.async.commit_group;" ::: "memory"); };

  // the ring's first slices: weights at once, rows when they are there
  for (int s = 0; s < kBuffers - 1; ++s) {
    if (s < slices) load_weights<T, kIsGated>(p, s, shared.w[s]);
  }
  wait_for_previous();
  let_next_start();
  const int rows = p.x.count();
  const bool has_rows = int(blockIdx.x) * T::kRows < rows;
  for (int s = 0; s < kBuffers - 1; ++s) {
    if (s < slices && has_rows) load_x<T, kIsAligned>(p, rows, s, shared.x[s]);
    end_copies();
  }
  if (!has_rows) {
    asm volatile("cp.async.wait_all;" ::: "memory");
    return;
  }

  const int warp = int(threadIdx.x) / kWarp;
  const int first_row = warp % T::kRowWarps * (T::kRows / T::kRowWarps);
  const int first_column = warp / T::kRowWarps * kWarpColumns;
  float sums[T::kBlocksOf16][4][4] = {};
  for (int s = 0; s < slices; ++s) {
    asm volatile("cp.async.wait_group %0;" ::"n"(kBuffers - 2) : "memory");
    __syncthreads();  // slice s is there for all, and slice s - 1, whose buffer is next, has been multiplied by all
    const int next = s + kBuffers - 1;
    if (next < slices) {
      load_weights<T, kIsGated>(p, next, shared.w[next % kBuffers]);
      load_x<T, kIsAligned>(p, rows, next, shared.x[next % kBuffers]);
    }
    end_copies();
    multiply_slice<T>(shared.x[s % kBuffers], shared.w[s % kBuffers], first_row, first_column, sums);
  }
  put_sums<T, kIsGated>(p, rows, first_row, first_column, sums);
}

template <class T>
void run_tiled(const Product& product, bool is_gated, bool is_aligned, cudaStream_t stream) {
  const int columns_of_tile = is_gated ? T::kColumns / 2 : T::kColumns;
  const int columns = is_gated ? product.out / 2 : product.out;
  const dim3 grid(unsigned((product.x.rows + T::kRows - 1) / T::kRows),
                  unsigned((columns + columns_of_tile - 1) / columns_of_tile));
  const Shape shape{.grid = grid, .block = dim3(T::kThreads)};
  const auto kernel = is_gated ? (is_aligned ? plain_bf16_kernel<T, true, true> : plain_bf16_kernel<T, true, false>)
                               : (is_aligned ? plain_bf16_kernel<T, false, true> : plain_bf16_kernel<T, false, false>);
  launch(kernel, shape, stream, product);
}

}  // namespace

void run_plain_bf16(const Tensor& x, const PlainWeight& weight, PlainResult result, const Tensor& y,
                    cudaStream_t stream) {
  const Product product{rows_of<const Brain>(x), static_cast<const Brain*>(weight.values), weight.out, weight.stride,
                        target_of(y, weight, result)};
  const bool is_gated = result == PlainResult::kGeglu;
  const bool is_aligned = x.stride % kChunk == 0 && reinterpret_cast<std::uintptr_t>(x.data) % 16 == 0;
  if (x.rows <= 16) {
    run_tiled<Tile<16, 128, 1>>(product, is_gated, is_aligned, stream);
  } else if (x.rows <= 64) {
    run_tiled<Tile<64, 128, 2>>(product, is_gated, is_aligned, stream);
  } else {
    run_tiled<Tile<128, 128, 2>>(product, is_gated, is_aligned, stream);
  }
}

}  // namespace awd::cuda
