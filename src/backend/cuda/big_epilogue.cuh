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
  int out = 0;  // of the weight
  bool has_upper = false;
  bool has_lower = false;
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
__device__ void scale_run(float (&values)[kRun], const float* scales, float x_scale) {
  if constexpr (kNumber == BigNumber::kE4m3) {
    float factors[kRun];
    load_run(scales, factors);
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

__device__ inline void store_bf16(const float* four, std::byte* to) {
  const __nv_bfloat162 pairs[2] = {__floats2bfloat162_rn(four[0], four[1]), __floats2bfloat162_rn(four[2], four[3])};
  *reinterpret_cast<uint2*>(to) = *reinterpret_cast<const uint2*>(pairs);
}

__device__ inline void store_e4m3(const float* four, std::byte* to, float y_inverse) {
  const float2 low = make_float2(four[0] * y_inverse, four[1] * y_inverse);
  const float2 high = make_float2(four[2] * y_inverse, four[3] * y_inverse);
  *reinterpret_cast<std::uint32_t*>(to) = __nv_cvt_float2_to_fp8x2(low, __NV_SATFINITE, __NV_E4M3) |
                                          __nv_cvt_float2_to_fp8x2(high, __NV_SATFINITE, __NV_E4M3) << 16;
}

/// y = values, or y += values: there by L2, which spares us the way of the old ones. Every element has one writer.
__device__ inline void store_f32(const float* four, std::byte* to, bool adds) {
  if (adds) {
    asm volatile("red.global.add.v4.f32 [%0], {%1, %2, %3, %4};" ::"l"(to), "f"(four[0]), "f"(four[1]), "f"(four[2]),
                 "f"(four[3])
                 : "memory");
  } else {
    *reinterpret_cast<float4*>(to) = make_float4(four[0], four[1], four[2], four[3]);
  }
}

/// Stores a run as bf16, or after a product of e4m3 perhaps as e4m3 again. `left`: columns of y from here on.
template <BigNumber kNumber>
__device__ void store_narrow(const float (&values)[kRun], std::byte* row, int column, int left, float y_inverse) {
  if (kNumber == BigNumber::kE4m3 && y_inverse > 0.f) {
    if (left > 0) store_e4m3(values, row + column, y_inverse);
    if (left > kGap) store_e4m3(values + 4, row + column + kGap, y_inverse);
  } else {
    if (left > 0) store_bf16(values, row + 2 * column);
    if (left > kGap) store_bf16(values + 4, row + 2 * (column + kGap));
  }
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
    if (outlet.has_upper) finish_run(finish, outlet, 32 * i, outlet.y, a);
    if (outlet.has_lower) finish_run(finish, outlet, 32 * i, outlet.y + outlet.lower, b);
  }

 private:
  static __device__ void finish_run(const Finish& finish, const Outlet& outlet, int column, std::byte* row,
                                    float (&values)[kRun]) {
    const int left = outlet.out - outlet.column - column;
    if (left <= 0) return;
    scale_run<kNumber>(values, outlet.scales + column, finish.x_scale);
    if constexpr (kResult == BigResult::kF32) {
      store_f32(values, row + 4 * column, finish.adds);
      if (left > kGap) store_f32(values + 4, row + 4 * (column + kGap), finish.adds);
      return;
    }
    if constexpr (kResult == BigResult::kGelu) {
#pragma unroll
      for (float& value : values) value = gelu(value);
    }
    store_narrow<kNumber>(values, row, column, left, finish.y_inverse);
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
    if (!(i % 2 == 0 ? outlet.has_upper : outlet.has_lower) || left <= 0) return;
    scale_run<kNumber>(a, outlet.scales + column, finish.x_scale);
    scale_run<kNumber>(b, outlet.scales + column + outlet.out / 2, finish.x_scale);
#pragma unroll
    for (int j = 0; j < kRun; ++j) a[j] = gelu(a[j]) * b[j];
    store_narrow<kNumber>(a, outlet.y + (i % 2 == 0 ? 0 : outlet.lower), column, left, finish.y_inverse);
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
    if (!(i % 2 == 0 ? outlet.has_upper : outlet.has_lower) || left <= 0) return;
    scale_run<kNumber>(a, outlet.scales + column, finish.x_scale);
    scale_run<kNumber>(b, outlet.scales + partner, finish.x_scale);
    if (outlet.angles != nullptr) rotate(a, b, outlet.angles + column + (i % 2 == 0 ? 0 : 8 * kHead));
    std::byte* row = outlet.y + (i % 2 == 0 ? 0 : outlet.lower);
    store_narrow<BigNumber::kBf16>(a, row, column, left, 0.f);
    store_narrow<BigNumber::kBf16>(b, row, partner, left, 0.f);
  }
};

}  // namespace awd::cuda::big
