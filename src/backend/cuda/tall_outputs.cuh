// What becomes of the sums of a tall product. A thread has one output, or one pair of them, of two rows: 2 q and 2 q +
// 1 of the lower or the upper eight (`half`), q its place in a quad. An output is made before the kernel in front has
// ended; prepare() reads what that has written.
#pragma once

#include <cuda_bf16.h>
#include <cuda_fp8.h>

#include "backend/cuda/small_heads.h"
#include "backend/cuda/tall_device.cuh"
#include "backend/cuda/tall_view.h"

namespace awd::cuda::tall {

inline constexpr int kOwnRows = 2;
__device__ inline int own_row(int half, int i) { return half * 8 + int(threadIdx.x) % 4 * 2 + i; }

/// Which rows a thread has: of `half`, if the product has as many.
struct OwnRows {
  int half;
  int count;  // of the product
};

/// A thread's places in a matrix: column `column` of its rows. Elements of rows that there are not are never touched.
template <class T>
struct OwnPlaces {
  T* at[kOwnRows];
  bool is_there[kOwnRows];

  __device__ OwnPlaces(T* y, int stride, int column, OwnRows rows) {
#pragma unroll
    for (int i = 0; i < kOwnRows; ++i) {
      const int row = own_row(rows.half, i);
      at[i] = y + row * stride + column;
      is_there[i] = row < rows.count;
      asm volatile("" : "+l"(at[i]));
    }
  }
};

/// y = gelu(first) * second, [rows, pairs]; Number: __nv_bfloat16, or __nv_fp8_e4m3 with value = stored /
/// inverse_scale.
template <class Number>
struct Geglu {
  Number* y;
  int stride;
  float inverse_scale;
};
template <class Number>
class GegluPlace {
 public:
  __device__ GegluPlace(const Geglu<Number>& to, int pair, OwnRows rows)
      : y_(to.y, to.stride, pair, rows), inverse_scale_(to.inverse_scale) {}
  __device__ void prepare() {}
  __device__ bool has(int i) const { return y_.is_there[i]; }
  __device__ void store(int i, float first, float second) const {
    *y_.at[i] = Number(small::gelu(first) * second * inverse_scale_);
  }

 private:
  OwnPlaces<Number> y_;
  float inverse_scale_;
};
template <class Number>
__device__ GegluPlace<Number> place_of(const Geglu<Number>& to, int pair, OwnRows rows) {
  return {to, pair, rows};
}

/// Query, key and value heads, the first two rotated; bf16. A pair is a column of the first half of a head and the same
/// of the second.
struct Heads : HeadsView {
  /// The part of column `at` of all, which becomes that of the part.
  __device__ Part part_of(int& at) const {
    if (at < parts[0].out) return parts[0];
    at -= parts[0].out;
    if (at < parts[1].out) return parts[1];
    at -= parts[1].out;
    return parts[2];
  }
};
class HeadsPlace {
 public:
  __device__ HeadsPlace(const Heads& to, int pair, OwnRows rows)
      : HeadsPlace(to, pair, pair + pair / to.half * to.half, rows) {}
  __device__ void prepare() {
#pragma unroll
    for (int i = 0; i < kOwnRows; ++i) {
      cosine_[i] = 1.f;
      sine_[i] = 0.f;
      if (!is_turned_ || !angles_.is_there[i]) continue;
      cosine_[i] = __ldcg(angles_.at[i]);
      sine_[i] = __ldcg(angles_.at[i] + half_);
    }
  }
  __device__ bool has(int i) const { return y_.is_there[i]; }
  __device__ void store(int i, float first, float second) const {
    y_.at[i][0] = __float2bfloat16_rn(first * cosine_[i] - second * sine_[i]);
    y_.at[i][half_] = __float2bfloat16_rn(second * cosine_[i] + first * sine_[i]);
  }

 private:
  __device__ HeadsPlace(const Heads& to, int pair, int at, OwnRows rows)
      : half_(to.half),
        is_turned_(at < to.parts[0].out + to.parts[1].out),
        angles_(to.angles, to.angles_stride, pair % to.half, rows),
        y_(places(to, at, rows)) {}
  __device__ static OwnPlaces<__nv_bfloat16> places(const Heads& to, int at, OwnRows rows) {
    const Heads::Part part = to.part_of(at);
    return {part.y, part.stride, at, rows};
  }

  int half_;
  bool is_turned_;
  OwnPlaces<const float> angles_;
  OwnPlaces<__nv_bfloat16> y_;
  float cosine_[kOwnRows], sine_[kOwnRows];
};
__device__ inline HeadsPlace place_of(const Heads& to, int pair, OwnRows rows) { return {to, pair, rows}; }

/// x += gate * s, f32.
struct AddBranch {
  float* x;
  int stride;
  const float* gate;  // or null
};
class BranchPlace {
 public:
  __device__ BranchPlace(const AddBranch& to, int output, OwnRows rows)
      : x_(to.x, to.stride, output, rows), gate_(to.gate == nullptr ? 1.f : load_early(to.gate + output)) {}
  __device__ void prepare() {
#pragma unroll
    for (int i = 0; i < kOwnRows; ++i) before_[i] = x_.is_there[i] ? __ldcg(x_.at[i]) : 0.f;
  }
  __device__ bool has(int i) const { return x_.is_there[i]; }
  __device__ void store(int i, float s) const { *x_.at[i] = before_[i] + gate_ * s; }

 private:
  OwnPlaces<float> x_;
  float gate_;
  float before_[kOwnRows];
};
/// y = s, bf16 or f32.
struct Store {
  void* y;
  int stride;
  bool is_f32;
};
class StorePlace {
 public:
  __device__ StorePlace(const Store& to, int output, OwnRows rows)
      : f32_(static_cast<float*>(to.y), to.stride, output, rows),
        bf16_(static_cast<__nv_bfloat16*>(to.y), to.stride, output, rows),
        is_f32_(to.is_f32) {}
  __device__ void prepare() {}
  __device__ bool has(int i) const { return f32_.is_there[i]; }
  __device__ void store(int i, float s) const {
    if (is_f32_) {
      *f32_.at[i] = s;
    } else {
      *bf16_.at[i] = __float2bfloat16_rn(s);
    }
  }

 private:
  OwnPlaces<float> f32_;
  OwnPlaces<__nv_bfloat16> bf16_;
  bool is_f32_;
};
__device__ inline StorePlace place_of(const Store& to, int output, OwnRows rows) { return {to, output, rows}; }
__device__ inline BranchPlace place_of(const AddBranch& to, int output, OwnRows rows) { return {to, output, rows}; }

}  // namespace awd::cuda::tall
