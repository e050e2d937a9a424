// What becomes of the sums of a small product. A thread has two neighbouring columns of each tile of a unit: of one
// tile, or of the two that its layer pairs (SmallPairs). `column` counts through the units' first tiles.
#pragma once

#include <cuda_bf16.h>

#include "backend/cuda/small_device.cuh"
#include "backend/cuda/small_heads.h"

namespace awd::cuda::small {

/// An Output has: kTiles of its units; bring_near(), which may run before the kernel in front has ended and only asks
/// for lines of the cache; prepare(), which reads what store() needs; store(); and behind(), itself for the rows from
/// `row` on.
template <int kTiles>
using Sums = float2[kTiles];

__device__ inline void store_bf16(__nv_bfloat16* to, float x, float y) {
  *reinterpret_cast<__nv_bfloat162*>(to) = __floats2bfloat162_rn(x, y);
}

/// y = s.
struct Store {
  static constexpr int kTiles = 1;
  void* y;
  int stride;
  int out;
  bool is_f32;
  struct Ready {};

  Store behind(int row) const {
    Store rest = *this;
    rest.y = static_cast<std::byte*>(y) + std::size_t(row) * std::size_t(stride) * (is_f32 ? 4 : 2);
    return rest;
  }
  __device__ void bring_near(int, int) const {}
  __device__ Ready prepare(int, int) const { return {}; }
  __device__ void store(int row, int column, const Sums<1>& s, const Ready&) const {
    if (column >= out) return;
    const int at = row * stride + column;
    if (is_f32) {
      *reinterpret_cast<float2*>(static_cast<float*>(y) + at) = s[0];
    } else {
      store_bf16(static_cast<__nv_bfloat16*>(y) + at, s[0].x, s[0].y);
    }
  }
};

/// x += gate * s, f32.
struct AddBranch {
  static constexpr int kTiles = 1;
  float* x;
  int stride;
  int out;
  const float* gate;  // or null
  struct Ready {
    float2 x;
    float2 gate;
  };

  AddBranch behind(int row) const { return {x + std::size_t(row) * std::size_t(stride), stride, out, gate}; }
  __device__ void bring_near(int row, int column) const {
    if (gate != nullptr && row == 0 && column < out) bring_line_near(gate + column);
  }
  __device__ Ready prepare(int row, int column) const {
    Ready ready = {{0.f, 0.f}, {1.f, 1.f}};
    if (column >= out) return ready;
    ready.x = __ldcg(reinterpret_cast<const float2*>(x + row * stride + column));
    if (gate != nullptr) ready.gate = __ldcg(reinterpret_cast<const float2*>(gate + column));
    return ready;
  }
  __device__ void store(int row, int column, const Sums<1>& s, const Ready& ready) const {
    if (column >= out) return;
    *reinterpret_cast<float2*>(x + row * stride + column) = {ready.x.x + ready.gate.x * s[0].x,
                                                             ready.x.y + ready.gate.y * s[0].y};
  }
};

/// y = gelu(first) * second, bf16.
struct Geglu {
  static constexpr int kTiles = 2;
  __nv_bfloat16* y;
  int stride;
  int out;  // columns of y
  struct Ready {};

  Geglu behind(int row) const { return {y + std::size_t(row) * std::size_t(stride), stride, out}; }
  __device__ void bring_near(int, int) const {}
  __device__ Ready prepare(int, int) const { return {}; }
  __device__ void store(int row, int column, const Sums<2>& s, const Ready&) const {
    if (column >= out) return;
    store_bf16(y + row * stride + column, gelu(s[0].x) * s[1].x, gelu(s[0].y) * s[1].y);
  }
};

/// Query, key and value heads, the first two rotated; bf16. Rotates first and second tile.
struct Heads : HeadsView {
  static constexpr int kTiles = 2;
  struct Ready {
    float2 cosine;
    float2 sine;
  };

  Heads behind(int row) const {
    Heads rest = *this;
    for (Part& part : rest.parts) {
      if (part.out > 0) part.y += std::size_t(row) * std::size_t(part.stride);
    }
    rest.angles += std::size_t(row) * std::size_t(angles_stride);
    return rest;
  }
  __device__ void bring_near(int, int) const {}
  __device__ Ready prepare(int row, int column) const {
    if (2 * column >= parts[0].out + parts[1].out) return {{1.f, 1.f}, {0.f, 0.f}};
    const float* at = angles + row * angles_stride + column % half;
    return {__ldcg(reinterpret_cast<const float2*>(at)), __ldcg(reinterpret_cast<const float2*>(at + half))};
  }
  __device__ void store(int row, int column, const Sums<2>& s, const Ready& t) const {
    int at = column + column / half * half;
    Part part = parts[0];
    if (at >= part.out) {
      at -= part.out;
      part = parts[1];
      if (at >= part.out) {
        at -= part.out;
        part = parts[2];
        if (at >= part.out) return;
      }
    }
    __nv_bfloat16* y = part.y + row * part.stride + at;
    const float2 &a = s[0], &b = s[1];
    store_bf16(y, a.x * t.cosine.x - b.x * t.sine.x, a.y * t.cosine.y - b.y * t.sine.y);
    store_bf16(y + half, b.x * t.cosine.x + a.x * t.sine.x, b.y * t.cosine.y + a.y * t.sine.y);
  }
};

}  // namespace awd::cuda::small
