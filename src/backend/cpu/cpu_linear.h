// What the CPU backend's kinds of packed linear layers have in common.
#pragma once

#include "backend/cpu/host_memory.h"
#include "backend/cpu/matmul.h"
#include "backend/device.h"

namespace awd::cpu {

/// What becomes of x W^T + b.
enum class Finish {
  kReplace,  // y = it
  kAdd,      // y += it; y is f32
  kGelu,     // y = gelu(it); layers of the tile unit only
  kGeglu,    // y = gelu(left half) * right half, half as many columns
};

/// What a session lends to its layers and attentions.
struct LinearScratch {
  Matmuls matmuls;
  Scratch rows;      // the input, packed or quantised
  Scratch sums;      // unfinished sums
  Scratch gated;     // gates and what they multiply, where no kernel does both at once
  Scratch partials;  // attention over parts of the keys
};

/// A layer that knows how to run itself on the calling thread's OpenMP team.
struct CpuLinear : Linear {
  virtual void run(const Tensor& x, const Tensor& y, Finish finish, LinearScratch& scratch) const = 0;
};

/// Takes over in, out, dtype of `data`.
inline void describe_layer(const LinearData& data, Linear& layer) {
  layer.in = data.in();
  layer.out = data.out();
  layer.dtype = data.dtype;
}

}  // namespace awd::cpu
