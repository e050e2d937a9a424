// Operands of the small_* kernels as mma.m16n8k16 fragments, without a detour through shared memory: the order in which
// a product walks its inputs is free as long as rows and weights agree (see Order).
#pragma once

#include "backend/cuda/small_device.cuh"
#include "backend/cuda/small_view.h"

namespace awd::cuda::small {

/// The rows of one tile (16) and one chunk, as the two steps' fragments.
struct RowFragments {
  uint4 step[2];
};

/// Rows bf16 as they are.
template <Order kOrder>
struct PlainRows {
  static constexpr bool kIsNormed = false;
  using Element = __nv_bfloat16;
  struct Raw {
    uint2 rows[2][2];  // of lane / 4 and of 8 behind it; steps
  };

  /// Where the lane's inputs of row `row` begin; rows behind the last may be any.
  __device__ static const Element* start(const View& view, int row, int q) {
    const auto* x = static_cast<const Element*>(view.x);
    return x + std::size_t(min(row, view.rows - 1)) * view.x_stride + input_of(kOrder, q, 0);
  }
  __device__ static Raw load(const Element* const (&rows)[2], int chunk) {
    Raw raw;
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      const Element* from = rows[half] + chunk * 32;
      if constexpr (kOrder == Order::kTogether) {
        const uint4 v = __ldcg(reinterpret_cast<const uint4*>(from));
        raw.rows[half][0] = {v.x, v.y};
        raw.rows[half][1] = {v.z, v.w};
      } else {
        raw.rows[half][0] = __ldcg(reinterpret_cast<const uint2*>(from));
        raw.rows[half][1] = __ldcg(reinterpret_cast<const uint2*>(from + 16));
      }
    }
    return raw;
  }

  __device__ static RowFragments fragments(const Raw& raw, const float*, const bool (&)[2], float (&)[2]) {
    RowFragments result;
#pragma unroll
    for (int step = 0; step < 2; ++step) {
      const uint2 &a = raw.rows[0][step], &b = raw.rows[1][step];
      result.step[step] = {a.x, b.x, a.y, b.y};
    }
    return result;
  }
};

/// Rows f32 times the scale of a norm; what they must be divided by, a number per row, waits until the sums are done.
/// The row behind the last holds the shift of the norm, whose product is added then.
struct NormedRows {
  static constexpr bool kIsNormed = true;
  using Element = float;
  struct Raw {
    float4 rows[2][2];
  };

  __device__ static const Element* start(const View& view, int row, int q) {
    const float* from = static_cast<const float*>(view.x) + std::size_t(min(row, view.rows - 1)) * view.x_stride;
    if (row >= view.rows && view.shift != nullptr) from = view.shift;
    return from + input_of(Order::kApart, q, 0);
  }
  __device__ static Raw load(const Element* const (&rows)[2], int chunk) {
    Raw raw;
#pragma unroll
    for (int half = 0; half < 2; ++half) {
      raw.rows[half][0] = __ldcg(reinterpret_cast<const float4*>(rows[half] + chunk * 32));
      raw.rows[half][1] = __ldcg(reinterpret_cast<const float4*>(rows[half] + chunk * 32 + 16));
    }
    return raw;
  }

  /// `scale`: from the lane's first input of the chunk on. Adds the squares of the rows to `squares`.
  __device__ static RowFragments fragments(const Raw& raw, const float* scale, const bool (&is_shift)[2],
                                           float (&squares)[2]) {
    RowFragments result;
#pragma unroll
    for (int step = 0; step < 2; ++step) {
      const float4 of_norm = reinterpret_cast<const float4*>(scale)[4 * step];
      uint2 halves[2];
#pragma unroll
      for (int half = 0; half < 2; ++half) {
        const float4 v = raw.rows[half][step];
        const float4 s = is_shift[half] ? make_float4(1.f, 1.f, 1.f, 1.f) : of_norm;
        squares[half] += v.x * v.x + v.y * v.y + v.z * v.z + v.w * v.w;
        halves[half] = {bf16_pair(v.x * s.x, v.y * s.y), bf16_pair(v.z * s.z, v.w * s.w)};
      }
      result.step[step] = {halves[0].x, halves[1].x, halves[0].y, halves[1].y};
    }
    return result;
  }
};

/// Weights as bf16.
struct Bf16Weights {
  using Stored = uint4;  // of a lane, tile and chunk
  __device__ static uint4 fragments(const Stored& stored) { return stored; }
};

/// Weights of 8 bits: sign, 4 bits of exponent, 3 of fraction, without subnormals: 2^(e - 15) (1 + f / 8), times the
/// scale of the output. Bytes 1 and 3 of a word are a step's first pair, bytes 0 and 2 its second.
struct ByteWeights {
  using Stored = uint2;
  __device__ static uint4 fragments(const Stored& stored) {
    return {high(stored.x), low(stored.x), high(stored.y), low(stored.y)};
  }

 private:
  static constexpr unsigned kSigns = 0x80008000u, kDigits = 0x07f007f0u, kExponent = 0x38003800u;
  __device__ static unsigned high(unsigned word) { return ((word >> 4) & kDigits) | ((word & kSigns) | kExponent); }
  __device__ static unsigned low(unsigned word) {
    return ((word << 4) & kDigits) | (((word << 8) & kSigns) | kExponent);
  }
};

}  // namespace awd::cuda::small
