// Held keys and values of the CPU backend: memory that knows how to take them up. The tile unit's are in folder amx.
#pragma once

#include "backend/buffer.h"
#include "backend/op_args.h"

namespace awd::cpu {

struct CpuHeldKeys : HeldKeys {
  const int own;       // the most keys of its own that an attention may bring
  const int kv_width;  // columns of keys and of values

  CpuHeldKeys(int layer_count, int token_capacity, int own_keys, int width) : own(own_keys), kv_width(width) {
    layers = layer_count;
    capacity = token_capacity;
  }

  /// See Ops::hold(); on the calling thread's OpenMP team.
  virtual void fill(const Tensor& k, const Tensor& v, int tokens) = 0;
};

/// Rows as they come; behind those of each layer there is room for an attention's own.
struct HeldRows : CpuHeldKeys {
  Buffer k, v;  // [layers * (capacity + own), kv_width] compute

  using CpuHeldKeys::CpuHeldKeys;

  void fill(const Tensor& from_k, const Tensor& from_v, int tokens) override;

  /// The rows of `buffer` that a layer holds, then `more` rows.
  Tensor layer(const Buffer& buffer, int layer, int more) const {
    return buffer.tensor().row_range(layer * (capacity + own), tokens + more);
  }
};

}  // namespace awd::cpu
