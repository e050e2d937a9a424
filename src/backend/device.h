// Device: where weights and buffers live. Const after construction and shared by all sessions; each session makes its
// own Ops on it.
#pragma once

#include <memory>
#include <span>

#include "backend/buffer.h"
#include "backend/ops.h"

namespace awd {

/// A linear layer as read from a checkpoint.
struct LinearData {
  std::span<const float> weight;  // [out, in]
  std::span<const float> bias;    // [out], or empty
  int in = 0;
  int out = 0;
  DType dtype = DType::kF32;  // of the stored weights and of the input rows
};

/// Thread-safe. Everything a Device makes must be released before it.
class Device {
 public:
  virtual ~Device() = default;

  /// The type of matrix multiplication inputs and of the KV cache.
  virtual DType compute_dtype() const = 0;
  /// A zeroed [rows, cols] matrix.
  virtual Buffer allocate(int rows, int cols, DType dtype) const = 0;
  /// Copies a linear layer into the backend's own layout.
  virtual std::unique_ptr<const Linear> pack(const LinearData& data) const = 0;
  /// Operations for one session; `threads` >= 1 compute threads.
  virtual std::unique_ptr<Ops> make_ops(int threads) const = 0;
};

/// Plain fp32 loops: slow, the judge of the other backends.
std::unique_ptr<const Device> make_ref_device();

/// oneDNN matrix multiplications and vectorised loops. `compute` is what matrices are multiplied in.
std::unique_ptr<const Device> make_cpu_device(DType compute);

/// True where this machine multiplies bf16 matrices in hardware (AVX-512 BF16 or AMX).
bool cpu_has_bf16_units();

}  // namespace awd
