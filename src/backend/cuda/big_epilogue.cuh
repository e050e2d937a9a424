// What a thread does with its finished sums. They come in runs of 8: four consecutive columns of one row, and the four
// that lie 16 columns further. A unit is two runs: of the thread's two rows, or of one row and the columns that the
// result takes together, the halves of a gated unit or of a head. The bias is not added here: sums start from it.
#pragma once

#include <cuda_bf16.h>
#include <cuda_fp8.h>

#include <cstddef>
#include <cstdint>

#include "backend/cuda/big_linear.h"
#include "backend/cuda/big_task.h"

namespace awd::cuda::big {

constexpr int kRun = 8;
constexpr int kGap = 16;  // columns from the first half of a run to the second

/// Where one thread's sums of one tile go. Its first run begins at `column` of y, in two rows.
struct Outlet {
  std::byte* y = nullptr;         // of the upper row and the first run
  std::ptrdiff_t lower = 0;       // bytes from the upper row to the lower, which is 8 below
  const float* scales = nullptr;  // kE4m3: of the weight's rows, at `column`
  const float* bias = nullptr;    // at `column`, or null
  const float* angles = nullptr;  // kRotated: cosines of the upper row for the first run; null: do not rotate
  int column = 0;
  int out = 0;        // of the weight
  int left_rows = 0;  // of y, from the upper row on
};

__device__ inline float gelu(float x) {
  constexpr float kInner = 0.7978845608f;  // sqrt(2 / pi)
  constexpr float kCube = 0.044715f * kInner;
  const float inner = x * fmaf(x * x, kCube, kInner);
  float tanh = 0.f;
  asm("tanh.approx.f32 %0, %1;" : "=f"(tanh) : "f"(inner));
  const float half = 0.5f * x;
  return fmaf(half, tanh, half);
}

/// Four numbers of memory that no kernel writes meanwhile, or `otherwise` in all places: without a branch, because the
/// compiler must see a straight way from here to the products that add to them.
__device__ inline void load_four(const float* from, bool wanted, float otherwise, float* to) {
  asm("{\n"
      ".reg .pred wanted;\n"
      "setp.ne.b32 wanted, %5, 0;\n"
      "mov.f32 %0, %6;\nmov.f32 %1, %6;\nmov.f32 %2, %6;\nmov.f32 %3, %6;\n"
      "@wanted ld.global.nc.v4.f32 {%0, %1, %2, %3}, [%4];\n"
      "}"
      : "=&f"(to[0]), "=&f"(to[1]), "=&f"(to[2]), "=&f"(to[3])
      : "l"(from), "r"(int(wanted)), "f"(otherwise));
}

__device__ inline void load_run(const float* from, float (&values)[kRun], bool wanted = true, float otherwise = 0.f) {
  load_four(from, wanted, otherwise, values);
  load_four(from + kGap, wanted, otherwise, values + 4);
}

/// kE4m3: sums of stored numbers become values.
template <BigNumber kNumber>
__device__ void scale_run(float (&values)[kRun], const float* scales, bool wanted, float x_scale) {
  if constexpr (kNumber == BigNumber::kE4m3) {
    float factors[kRun];
    load_run(scales, factors, wanted);
#pragma unroll
    for (int i = 0; i < kRun; ++i) values[i] *= factors[i] * x_scale;
  }
}

/// (a, b) -> (a cos - b sin, b cos + a sin).
__device__ inline void rotate(float (&a)[kRun], float (&b)[kRun], const float* angles) {
  float cosines[kRun];
  float sines[kRun];
  load_run(angles, cosines);
  load_run(angles + kHead / 2, sines);
#pragma unroll
  for (int i = 0; i < kRun; ++i) {
    const float turned = a[i] * cosines[i] - b[i] * sines[i];
    b[i] = b[i] * cosines[i] + a[i] * sines[i];
    a[i] = turned;
  }
}

__device__ inline std::uint32_t pack_bf16(float a, float b) {
  const __nv_bfloat162 pair = __floats2bfloat162_rn(a, b);
  return *reinterpret_cast<const std::uint32_t*>(&pair);
}

__device__ inline std::uint32_t pack_e4m3(const float* four, float y_inverse) {
  const float2 low = make_float2(four[0] * y_inverse, four[1] * y_inverse);
  const float2 high = make_float2(four[2] * y_inverse, four[3] * y_inverse);
  return __nv_cvt_float2_to_fp8x2(low, __NV_SATFINITE, __NV_E4M3) |
         __nv_cvt_float2_to_fp8x2(high, __NV_SATFINITE, __NV_E4M3) << 16;
}

/// Even lanes give the second half of their run for the first half of the next lane's, so that each lane holds columns
/// side by side: an even one its `low` and then what is returned, an odd one that and then its `high`.
__device__ inline std::uint32_t swap_halves(std::uint32_t low, std::uint32_t high, bool is_odd) {
  return __shfl_xor_sync(~0u, is_odd ? low : high, 1);
}

/// Stores a run as bf16, or after a product of e4m3 perhaps as e4m3 again, if it is `wanted`; all lanes call it. Lanes
/// swap halves before, because memory takes a store of 16 bytes a thread in the time of one of 8. `left`: columns of y
/// from the run on.
template <BigNumber kNumber>
__device__ void store_narrow(const float (&values)[kRun], std::byte* row, int column, int left, bool wanted,
                             float y_inverse) {
  const bool is_odd = threadIdx.x % 2 != 0;
  const int shift = is_odd ? kGap - 4 : 0;
  wanted = wanted && left > shift;
  column += shift;
  if (kNumber == BigNumber::kE4m3 && y_inverse > 0.f) {
    const std::uint32_t low = pack_e4m3(values, y_inverse);
    const std::uint32_t high = pack_e4m3(values + 4, y_inverse);
    const std::uint32_t other = swap_halves(low, high, is_odd);
    if (wanted) *reinterpret_cast<uint2*>(row + column) = is_odd ? make_uint2(other, high) : make_uint2(low, other);
    return;
  }
  const uint2 low = make_uint2(pack_bf16(values[0], values[1]), pack_bf16(values[2], values[3]));
  const uint2 high = make_uint2(pack_bf16(values[4], values[5]), pack_bf16(values[6], values[7]));
  const uint2 other = make_uint2(swap_halves(low.x, high.x, is_odd), swap_halves(low.y, high.y, is_odd));
  if (!wanted) return;
  *reinterpret_cast<uint4*>(row + 2 * column) =
      is_odd ? make_uint4(other.x, other.y, high.x, high.y) : make_uint4(low.x, low.y, other.x, other.y);
}

/// y = four, or y += four: there by L2, which spares us the way of the old ones.
__device__ inline void store_four(const float (&four)[4], std::byte* to, bool adds) {
  if (adds) {
    asm volatile("red.global.add.v4.f32 [%0], {%1, %2, %3, %4};" ::"l"(to), "f"(four[0]), "f"(four[1]), "f"(four[2]),
                 "f"(four[3])
                 : "memory");
  } else {
    *reinterpret_cast<float4*>(to) = make_float4(four[0], four[1], four[2], four[3]);
  }
}

/// Stores or adds a run of f32; every element has one writer. All lanes call it. The lanes of an even row and of the
/// odd row below it swap halves before, so that a store fills lines of 128 bytes. `row`: the even row; `left_rows`,
/// `left`: rows and columns of y from there and from the run on.
__device__ inline void store_wide(const float (&values)[kRun], std::byte* row, std::ptrdiff_t row_bytes, int column,
                                  int left_rows, int left, bool adds) {
  const bool is_odd = threadIdx.x / 4 % 2 != 0;
  float upper[4];
  float lower[4];
#pragma unroll
  for (int i = 0; i < 4; ++i) {
    const float other = __shfl_xor_sync(~0u, is_odd ? values[i] : values[4 + i], 4);
    upper[i] = is_odd ? other : values[i];
    lower[i] = is_odd ? values[4 + i] : other;
  }
  const int shift = is_odd ? kGap : 0;
  if (left <= shift) return;
  std::byte* to = row + 4 * (column + shift);
  if (left_rows > 0) store_four(upper, to, adds);
  if (left_rows > 1) store_four(lower, to + row_bytes, adds);
}

/// How units follow from a thread's sums, which are ordered by blocks of 32 rows of the packed weight. Here for results
/// of single columns: unit i is block i of both rows.
template <BigNumber kNumber, BigResult kResult>
struct Epilogue {
  /// The first column of a tile in the weight before packing, and in y.
  static __device__ constexpr int tile_column(int tile, int cols) { return tile * cols; }
  struct Run {
    int block;
    int row;  // 0: the thread's upper, 1: its lower
  };
  static __device__ constexpr Run first(int i, int /*blocks*/) { return {i, 0}; }
  static __device__ constexpr Run second(int i, int /*blocks*/) { return {i, 1}; }
  /// Where a block's run begins in the weight before packing, seen from that of block 0.
  static __device__ constexpr int column_of(int block, int /*blocks*/, int /*out*/) { return 32 * block; }

  static __device__ void finish(const Finish& finish, const Outlet& outlet, int i, float (&a)[kRun], float (&b)[kRun]) {
    finish_run(finish, outlet, 32 * i, 0, a);
    finish_run(finish, outlet, 32 * i, 8, b);
  }

 private:
  /// `below`: rows from the thread's upper one.
  static __device__ void finish_run(const Finish& finish, const Outlet& outlet, int column, int below,
                                    float (&values)[kRun]) {
    const int left = outlet.out - outlet.column - column;
    std::byte* row = outlet.y + (below == 0 ? 0 : outlet.lower);
    scale_run<kNumber>(values, outlet.scales + column, left > 0, finish.x_scale);
    if constexpr (kResult == BigResult::kF32) {
      const int is_odd = int(threadIdx.x) / 4 % 2;
      store_wide(values, row - is_odd * outlet.lower / 8, outlet.lower / 8, column, outlet.left_rows + is_odd - below,
                 left, finish.adds);
    } else {
      if constexpr (kResult == BigResult::kGelu) {
#pragma unroll
        for (float& value : values) value = gelu(value);
      }
      store_narrow<kNumber>(values, row, column, left, outlet.left_rows > below, finish.y_inverse);
    }
  }
};

/// Blocks of gates and of what they gate alternate in the packed weight; a unit is a gate and its like, of one row.
template <BigNumber kNumber>
struct Epilogue<kNumber, BigResult::kGeglu> {
  static __device__ constexpr int tile_column(int tile, int cols) { return tile * cols / 2; }
  using Run = typename Epilogue<kNumber, BigResult::kBf16>::Run;
  static __device__ constexpr Run first(int i, int /*blocks*/) { return {i / 2 * 2, i % 2}; }
  static __device__ constexpr Run second(int i, int /*blocks*/) { return {i / 2 * 2 + 1, i % 2}; }
  static __device__ constexpr int column_of(int block, int /*blocks*/, int out) {
    return block / 2 * 32 + block % 2 * (out / 2);
  }

  static __device__ void finish(const Finish& finish, const Outlet& outlet, int i, float (&a)[kRun], float (&b)[kRun]) {
    const int column = i / 2 * 32;
    const int left = outlet.out / 2 - outlet.column - column;
    scale_run<kNumber>(a, outlet.scales + column, left > 0, finish.x_scale);
    scale_run<kNumber>(b, outlet.scales + column + outlet.out / 2, left > 0, finish.x_scale);
#pragma unroll
    for (int j = 0; j < kRun; ++j) a[j] = gelu(a[j]) * b[j];
    store_narrow<kNumber>(a, outlet.y + (i % 2 == 0 ? 0 : outlet.lower), column, left, outlet.left_rows > i % 2 * 8,
                          finish.y_inverse);
  }
};

/// A tile holds as many columns of the first half of a head as of the second, the same; a unit is a run and its partner
/// 128 columns on, of one row.
template <BigNumber kNumber>
struct Epilogue<kNumber, BigResult::kRotated> {
  static __device__ constexpr int tile_column(int tile, int cols) {
    return tile * cols / kHead * kHead + tile * cols % kHead / 2;
  }
  using Run = typename Epilogue<kNumber, BigResult::kBf16>::Run;
  static __device__ constexpr Run first(int i, int /*blocks*/) { return {i / 2, i % 2}; }
  static __device__ constexpr Run second(int i, int blocks) { return {i / 2 + blocks / 2, i % 2}; }
  static __device__ constexpr int column_of(int block, int blocks, int /*out*/) {
    return block < blocks / 2 ? 32 * block : 32 * (block - blocks / 2) + kHead / 2;
  }

  static __device__ void finish(const Finish& finish, const Outlet& outlet, int i, float (&a)[kRun], float (&b)[kRun]) {
    const int column = i / 2 * 32;
    const int partner = column + kHead / 2;
    const int left = outlet.out - outlet.column - column;
    const bool wanted = outlet.left_rows > i % 2 * 8;
    scale_run<kNumber>(a, outlet.scales + column, left > 0, finish.x_scale);
    scale_run<kNumber>(b, outlet.scales + partner, left > 0, finish.x_scale);
    if (outlet.angles != nullptr && wanted) rotate(a, b, outlet.angles + column + (i % 2 == 0 ? 0 : 8 * kHead));
    std::byte* row = outlet.y + (i % 2 == 0 ? 0 : outlet.lower);
    store_narrow<BigNumber::kBf16>(a, row, column, left, wanted, 0.f);
    store_narrow<BigNumber::kBf16>(b, row, partner, left, wanted, 0.f);
  }
};

}  // namespace awd::cuda::big
