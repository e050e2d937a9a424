// A packed layer of the CUDA backend, in the layouts of the kernels that may multiply it.
#pragma once

#include <memory>

#include "backend/cuda/big_linear.h"
#include "backend/cuda/packing.h"
#include "backend/cuda/plain_linear.h"
#include "backend/cuda/small_linear.h"
#include "backend/device.h"

namespace awd::cuda {

/// A layer for many rows is `big` where chip and shape suit, one for few is `small`. All others are `plain`.
struct CudaLinear final : Linear {
  std::unique_ptr<const BigWeight> big;
  std::unique_ptr<const SmallLayer> small;
  int small_rows = 0;  // the most rows of `small`
  bool is_gated = false;
  float input_scale = 1.f;  // where rows are e4m3: value = input_scale * stored, of those that it multiplies
  Buffer values, bias;      // of `plain`
  PlainWeight plain;        // no values where another one is

  /// `small`, if it takes so many rows.
  const SmallLayer* small_for(int rows) const { return rows <= small_rows ? small.get() : nullptr; }
  void drop_plain() {
    plain = {};
    values = {};
    bias = {};
  }
};

/// Queries, keys and values: three layers, or one for few rows.
struct CudaQkvLinear final : QkvLinear {
  std::unique_ptr<const SmallLayer> small;
  int small_rows = 0;
};

/// Packs layers as a device's options ask. Thread-safe.
class LinearMaker {
 public:
  explicit LinearMaker(const CudaDeviceOptions& options) : options_(options) {}

  std::unique_ptr<const CudaLinear> make(const LinearData& data);
  /// `q` without parts: keys and values alone.
  std::unique_ptr<const CudaQkvLinear> make_qkv(const LinearData& q, const LinearData& k, const LinearData& v,
                                                int head_dim);

 private:
  std::unique_ptr<CudaLinear> make_plain(const LinearData& data);
  /// Of a layer for many rows.
  BigNumber number_of(const LinearData& data) const;
  /// `source` with its number. Where it is tall, fp8 takes the MLPs alone, weights and rows; else all weights.
  SmallSource numbered(SmallSource source, bool is_mlp) const;
  void add_small(const LinearData& data, CudaLinear& layer) const;
  bool may_be_tuned(const LinearData& data) const { return options_.tuned_kernels && data.dtype == DType::kBf16; }

  CudaDeviceOptions options_;
  Packing packing_;
};

inline const CudaLinear& cuda_linear(const Linear& layer) { return static_cast<const CudaLinear&>(layer); }

}  // namespace awd::cuda
