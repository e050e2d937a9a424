// Device: where weights and buffers live. Const after construction and shared by all sessions; each session makes its
// own Ops on it.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "backend/buffer.h"
#include "backend/ops.h"
#include "base/stored_matrix.h"

namespace awd {

/// A linear layer as it lies in a checkpoint.
struct LinearData {
  std::vector<StoredMatrix> parts;  // [out of the part, in] each: stacked along the outputs
  std::span<const float> bias;      // [out], or empty
  DType dtype = DType::kF32;        // of the input rows; of the packed weights, unless the device quantises them
  bool is_gated = false;            // the first half of the outputs are the gates of the second: see linear_geglu
  int max_rows = 0;                 // the layer is for at most so many rows at a time; 0: for many
  bool is_mlp = false;              // the layer is one of the two of an Ops::add_mlp(), and used there alone
  float largest_input = 0;          // magnitude of the input rows' numbers, for fixed scales; 0: not known

  int in() const { return parts.front().cols; }
  int out() const {
    int rows = 0;
    for (const StoredMatrix& part : parts) rows += part.rows;
    return rows;
  }
};

/// Thread-safe. Everything a Device makes must be released before it.
class Device {
 public:
  virtual ~Device() = default;

  /// The type of matrix multiplication inputs and of the KV cache.
  virtual DType compute_dtype() const = 0;
  /// A zeroed [rows, cols] matrix.
  virtual Buffer allocate(int rows, int cols, DType dtype) const = 0;
  /// Copies a linear layer into the backend's own layout; all parts have as many columns.
  virtual std::unique_ptr<const Linear> pack(const LinearData& data) const = 0;
  /// The products of one layer's queries, keys and values, whose heads have `head_dim` numbers; `q` without parts: keys
  /// and values alone.
  virtual std::unique_ptr<const QkvLinear> pack_qkv(const LinearData& q, const LinearData& k, const LinearData& v,
                                                    int head_dim) const;
  /// Room for the keys and values of a prefix, read together with up to `own` keys of an attention's own.
  virtual std::unique_ptr<HeldKeys> make_held_keys(int layers, int capacity, int own, int kv_width) const = 0;
  /// Operations for one session; `threads` >= 1 compute threads.
  virtual std::unique_ptr<Ops> make_ops(int threads) const = 0;
};

/// Plain fp32 loops: slow, the judge of the other backends.
std::unique_ptr<const Device> make_ref_device();

/// How a CPU device keeps and multiplies weights.
struct CpuDeviceOptions {
  /// Layers of the compute type, which must be bf16, are kept in 8 bits with a scale per output; their input rows are
  /// quantised as they come.
  bool int8_weights = false;
  /// Use the tile unit (AMX) where the machine has one; otherwise, and without it, oneDNN.
  bool tile_unit = true;
};

/// Vectorised loops and matrix multiplications of our own or by oneDNN. `compute` is what matrices are multiplied in.
/// Throws awd::Error for a type that this machine cannot multiply.
std::unique_ptr<const Device> make_cpu_device(DType compute, const CpuDeviceOptions& options = {});

/// How a CUDA device keeps and multiplies weights.
struct CudaDeviceOptions {
  DType compute = DType::kBf16;  // kF32: plain and slow, for comparisons
  /// MLPs of many rows are kept and multiplied in 8 bits (e4m3), layers for few rows kept in 8 bits, where the chip
  /// can.
  bool fp8_weights = false;
  bool tuned_kernels = true;  // where chip and shapes suit; otherwise, and without it, plain ones
};

/// The first GPU that CUDA shows. Throws awd::Error where there is none, or in a build without CUDA.
std::unique_ptr<const Device> make_cuda_device(const CudaDeviceOptions& options = {});

/// True where make_cuda_device() finds a GPU that it has kernels for.
bool cuda_available();

/// True where this machine multiplies bf16 matrices in hardware (AVX-512 BF16 or AMX).
bool cpu_has_bf16_units();

/// True where this machine multiplies 8-bit matrices in hardware (AVX-512 VNNI or AMX).
bool cpu_has_int8_units();

}  // namespace awd
