// The rows of a tall product into shared memory: pieces of 16 bytes of all rows one after the other, a pitch apart from
// the next piece's. Each warpgroup brings the inputs that it multiplies. What can be computed before the kernel in
// front has ended is. All kinds of rows have: a constructor, which takes the group's first input, its first row in
// shared memory and the thread's place 0 .. 127 in the group; bring(); during(), called for each of kStages stages
// behind the start of its products, which leave time; and factor(), what the sums of a row are multiplied with.
#pragma once

#include <cuda_fp8.h>

#include "backend/cuda/tall_device.cuh"
#include "backend/cuda/tall_view.h"

namespace awd::cuda::tall {

/// Rows as they are.
template <class F>
class PlainRows {
 public:
  static constexpr bool kHasShiftRow = false;

  __device__ PlainRows(const View& v, int first, char* rows, int pitch, int thread) : factor_(v.x_scale) {
    constexpr int kBytes = kPieceBytes / piece_inputs(F::kNumber);
    const char* x = static_cast<const char*>(v.x) + first * kBytes;
#pragma unroll
    for (int i = 0; i < kCopies; ++i) {
      const int index = thread + 128 * i, row = index / F::kPieces, piece = index % F::kPieces;
      is_there_[i] = row < v.rows;
      from_[i] = x + row * v.x_stride * kBytes + piece * kPieceBytes;
      to_[i] = shared_address(rows) + unsigned(piece * pitch + row * kPieceBytes);
      asm volatile("" : "+r"(to_[i]), "+l"(from_[i]));
    }
  }
  /// Starts the copies; end() ends those of the warp.
  __device__ void start() const {
#pragma unroll
    for (int i = 0; i < kCopies; ++i) {
      if (is_there_[i]) {
        asm volatile("cp.async.cg.shared.global [%0], [%1], 16;" ::"r"(to_[i]), "l"(from_[i]) : "memory");
      }
    }
  }
  __device__ void end() const { small::wait_for_lanes_copies(); }
  __device__ void bring(float*) const {
    start();
    end();
  }
  __device__ void during(int /*stage*/, float*) const {}
  __device__ float factor(const float*, int) const { return factor_; }

 private:
  static constexpr int kCopies = F::kPieces * kMostRows / 128;
  const char* from_[kCopies];
  unsigned to_[kCopies];
  bool is_there_[kCopies];
  float factor_;
};

/// One step of adding up values[i] of all lanes, for each i of kCount: lanes that are kCount apart part them. Steps for
/// 16, 8, 4 and 2 and one of a plain sum leave lane l with the sum of i = l / 2 in values[0].
template <int kCount>
__device__ void part_lanes(float (&values)[kMostRows], int lane) {
  const bool is_upper = (lane & kCount) != 0;
#pragma unroll
  for (int i = 0; i < kCount / 2; ++i) {
    const float lower = values[i], upper = values[i + kCount / 2];
    values[i] = (is_upper ? upper : lower) + __shfl_xor_sync(~0u, is_upper ? lower : upper, kCount);
  }
}

/// Four inputs of each row f32, and the squares that the norm needs. v.rows is kRows, or any number where that is
/// kMostRows.
template <class F, int kRows>
class RowsOfFour {
 public:
  static constexpr int kGroupInputs = 512;
  static_assert(F::kGroupInputs == kGroupInputs && kWarps == 8);

 protected:
  __device__ RowsOfFour(const View& v, int first, int thread) : count_(v.rows) {
    const int input = first + thread * 4;
    scale_ = load_early(reinterpret_cast<const float4*>(v.scale + input));
    if (v.shift != nullptr) shift_ = load_early(reinterpret_cast<const float4*>(v.shift + input));
    const float* x = static_cast<const float*>(v.x) + input;
#pragma unroll
    for (int r = 0; r < kRows; ++r) {
      from_[r] = x + r * v.x_stride;
      asm volatile("" : "+l"(from_[r]));
    }
  }
  __device__ bool has(int row) const { return kRows < kMostRows || row < count_; }
  __device__ void load() {
#pragma unroll
    for (int r = 0; r < kRows; ++r) {
      x_[r] = has(r) ? __ldcg(reinterpret_cast<const float4*>(from_[r])) : float4{};
    }
  }
  /// What the warp's inputs add to each row's sum of squares, in kSquareParts parts of work; the last leaves them in
  /// `all`, [rows, warps].
  static constexpr int kSquareParts = 8;
  __device__ void add_squares(int part, float* all) {
    const int lane = int(threadIdx.x) % 32, warp = int(threadIdx.x) / 32;
    constexpr int kRowsEach = (kMostRows + 4) / 5;
    if (part < 5) {
#pragma unroll
      for (int r = part * kRowsEach; r < (part + 1) * kRowsEach && r < kMostRows; ++r) {
        squares_[r] = r < kRows ? x_[r].x * x_[r].x + x_[r].y * x_[r].y + x_[r].z * x_[r].z + x_[r].w * x_[r].w : 0.f;
      }
    } else if (part == 5) {
      part_lanes<16>(squares_, lane);
    } else if (part == 6) {
      part_lanes<8>(squares_, lane);
      part_lanes<4>(squares_, lane);
    } else {
      part_lanes<2>(squares_, lane);
      squares_[0] += __shfl_xor_sync(~0u, squares_[0], 1);
      if (lane % 2 == 0) all[lane / 2 * kWarps + warp] = squares_[0];
    }
  }
  /// What the norm multiplies row `row` with.
  __device__ static float norm_of(const float* all, int row) {
    const float4 a = reinterpret_cast<const float4*>(all)[2 * row];
    const float4 b = reinterpret_cast<const float4*>(all)[2 * row + 1];
    const float sum = ((a.x + a.y) + (a.z + a.w)) + ((b.x + b.y) + (b.z + b.w));
    return rsqrtf(sum * (1.f / float(F::kInputs)) + 1e-6f);
  }

  int count_;
  float4 scale_, shift_{};
  const float* from_[kRows];
  float4 x_[kRows];
  float squares_[kMostRows];
};

/// Rows times the scale of a norm, as bf16; what they must be divided by waits until the sums are done. The row behind
/// the last holds the shift, whose product is added then.
template <class F, int kRows>
class NormedRows : RowsOfFour<F, kRows> {
  using Base = RowsOfFour<F, kRows>;

 public:
  static constexpr bool kHasShiftRow = true;

  __device__ NormedRows(const View& v, int first, char* rows, int pitch, int thread)
      : Base(v, first, thread), to_(rows + thread / 2 * pitch + thread % 2 * 8) {
    if (v.shift != nullptr) store(v.rows, this->shift_, {1.f, 1.f, 1.f, 1.f});
  }
  __device__ void bring(float*) {
    this->load();
#pragma unroll
    for (int r = 0; r < kRows; ++r) {
      if (this->has(r)) store(r, this->x_[r], this->scale_);
    }
  }
  __device__ void during(int stage, float* all) {
    static_assert(F::kStages == Base::kSquareParts);
    this->add_squares(stage, all);
  }
  __device__ float factor(const float* all, int row) const { return Base::norm_of(all, row); }

 private:
  __device__ void store(int row, const float4& x, const float4& s) const {
    *reinterpret_cast<uint2*>(to_ + row * kPieceBytes) = {small::bf16_pair(x.x * s.x, x.y * s.y),
                                                          small::bf16_pair(x.z * s.z, x.w * s.w)};
  }
  char* to_;
};

/// Normed rows as e4m3: scaled and shifted before they are rounded, so that the squares come first.
template <class F, int kRows>
class QuantisedRows : RowsOfFour<F, kRows> {
  using Base = RowsOfFour<F, kRows>;

 public:
  static constexpr bool kHasShiftRow = false;

  __device__ QuantisedRows(const View& v, int first, char* rows, int pitch, int thread)
      : Base(v, first, thread), to_(rows + thread / 4 * pitch + thread % 4 * 4), factor_(v.x_scale) {
    const float inverse = 1.f / v.x_scale;
    for (float4* t : {&this->scale_, &this->shift_}) {
      *t = {t->x * inverse, t->y * inverse, t->z * inverse, t->w * inverse};
    }
  }
  __device__ void bring(float* squares) {
    this->load();
#pragma unroll
    for (int part = 0; part < Base::kSquareParts; ++part) this->add_squares(part, squares);
    __syncthreads();
    const float4 s = this->scale_, t = this->shift_;
#pragma unroll
    for (int r = 0; r < kRows; ++r) {
      if (!this->has(r)) continue;
      const float n = Base::norm_of(squares, r);
      const float4 x = this->x_[r];
      const unsigned low = pair(x.x * n * s.x + t.x, x.y * n * s.y + t.y),
                     high = pair(x.z * n * s.z + t.z, x.w * n * s.w + t.w);
      *reinterpret_cast<unsigned*>(to_ + r * kPieceBytes) = low | high << 16;
    }
  }
  __device__ void during(int /*stage*/, float*) const {}
  __device__ float factor(const float*, int) const { return factor_; }

 private:
  __device__ static unsigned pair(float low, float high) {
    return __nv_cvt_float2_to_fp8x2({low, high}, __NV_SATFINITE, __NV_E4M3);
  }
  char* to_;
  float factor_;
};

}  // namespace awd::cuda::tall
