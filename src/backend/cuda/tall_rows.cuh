// The rows of a tall product into shared memory: pieces of 8 inputs (16 bytes of bf16) of all rows one after the other,
// a pitch apart from the next 8 inputs'. Each warpgroup brings the inputs that it multiplies. What can be computed
// before the kernel in front has ended is.
#pragma once

#include "backend/cuda/tall_device.cuh"
#include "backend/cuda/tall_view.h"

namespace awd::cuda::tall {

/// Rows bf16 as they are, kInputs of them from input `first` of x on.
template <int kInputs>
class PlainRows {
 public:
  static constexpr bool kIsNormed = false;

  /// `rows`: the group's in shared memory; `thread`: 0 .. 127.
  __device__ PlainRows(const View& v, int first, char* rows, int thread) {
    const auto* x = static_cast<const __nv_bfloat16*>(v.x) + first;
#pragma unroll
    for (int i = 0; i < kCopies; ++i) {
      const int index = thread + 128 * i, row = index / kPieces, piece = index % kPieces;
      is_there_[i] = row < v.rows;
      from_[i] = x + row * v.x_stride + piece * 8;
      to_[i] = shared_address(rows) + unsigned(piece * v.pitch() + row * 16);
      asm volatile("" : "+r"(to_[i]), "+l"(from_[i]));
    }
  }
  __device__ void start() const {
#pragma unroll
    for (int i = 0; i < kCopies; ++i) {
      if (is_there_[i])
        asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" ::"r"(to_[i]), "l"(from_[i]) : "memory");
    }
  }
  /// Ends what start() began.
  __device__ void finish() const { small::wait_for_lanes_copies(); }
  __device__ void leave_squares(float*) const {}

 private:
  static constexpr int kPieces = kInputs / 8;  // of a row
  static constexpr int kCopies = kPieces * kMostRows / 128;
  const __nv_bfloat16* from_[kCopies];
  unsigned to_[kCopies];
  bool is_there_[kCopies];
};

/// Adds up values[i] of all lanes, for each i; lane l ends with the sum of i = l / 2 in values[0]. kCount: kMostRows.
template <int kCount>
__device__ void add_lanes(float (&values)[kMostRows], int lane) {
  if constexpr (kCount > 1) {
    constexpr int kOther = kCount;  // 16 values part lanes that are 16 apart, then 8 values lanes that are 8 apart, ..
    const bool is_upper = (lane & kOther) != 0;
#pragma unroll
    for (int i = 0; i < kCount / 2; ++i) {
      const float lower = values[i], upper = values[i + kCount / 2];
      values[i] = (is_upper ? upper : lower) + __shfl_xor_sync(~0u, is_upper ? lower : upper, kOther);
    }
    add_lanes<kCount / 2>(values, lane);
  } else {
    values[0] += __shfl_xor_sync(~0u, values[0], 1);
  }
}

/// Rows f32 times the scale of a norm, four inputs of a thread; what they must be divided by, a number per row, waits
/// until the sums are done. The row behind the last holds the shift of the norm, whose product is added then. v.rows is
/// kRows, or any number where that is kMostRows.
template <int kRows>
class NormedRows {
 public:
  static constexpr bool kIsNormed = true;
  static constexpr int kInputs = 512;  // of a warpgroup

  /// `first`: the group's first input.
  __device__ NormedRows(const View& v, int first, char* rows, int thread) : count_(v.rows) {
    const int input = first + thread * 4;
    to_ = rows + thread / 2 * v.pitch() + thread % 2 * 8;
    scale_ = load_early(reinterpret_cast<const float4*>(v.scale + input));
    const float* x = static_cast<const float*>(v.x) + input;
#pragma unroll
    for (int r = 0; r < kRows; ++r) {
      from_[r] = x + r * v.x_stride;
      asm volatile("" : "+l"(from_[r]));
    }
    if (v.shift == nullptr) return;
    const float4 shift = load_early(reinterpret_cast<const float4*>(v.shift + input));
    store(to_ + v.rows * 16, shift.x, shift.y, shift.z, shift.w);
  }

  __device__ void start() {
#pragma unroll
    for (int r = 0; r < kRows; ++r) {
      raw_[r] = has(r) ? __ldcg(reinterpret_cast<const float4*>(from_[r])) : float4{};
    }
  }
  __device__ void finish() {
#pragma unroll
    for (int r = 0; r < kRows; ++r) {
      const float4 x = raw_[r];
      squares_[r] = x.x * x.x + x.y * x.y + x.z * x.z + x.w * x.w;
      if (has(r)) store(to_ + r * 16, x.x * scale_.x, x.y * scale_.y, x.z * scale_.z, x.w * scale_.w);
    }
  }

  /// Leaves what the warp's inputs add to each row's sum of squares: [rows, warps].
  __device__ void leave_squares(float* all) {
    const int lane = int(threadIdx.x) % 32, warp = int(threadIdx.x) / 32;
    add_lanes<kMostRows>(squares_, lane);
    if (lane % 2 == 0) all[lane / 2 * kWarps + warp] = squares_[0];
  }

 private:
  __device__ bool has(int row) const { return kRows < kMostRows || row < count_; }
  __device__ static void store(char* to, float a, float b, float c, float d) {
    *reinterpret_cast<uint2*>(to) = {small::bf16_pair(a, b), small::bf16_pair(c, d)};
  }

  int count_;
  char* to_;
  float4 scale_;
  const float* from_[kRows];
  float4 raw_[kRows];
  float squares_[kMostRows] = {};
};

/// What the sums of row `row` must be multiplied with, of the squares that all warps have left.
__device__ inline float norm_factor(const float* all, int row, int in) {
  static_assert(kWarps == 8);
  const float4 a = reinterpret_cast<const float4*>(all)[2 * row], b = reinterpret_cast<const float4*>(all)[2 * row + 1];
  const float sum = ((a.x + a.y) + (a.z + a.w)) + ((b.x + b.y) + (b.z + b.w));
  return rsqrtf(sum * (1.f / float(in)) + 1e-6f);
}

}  // namespace awd::cuda::tall
