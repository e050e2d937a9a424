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
  DType dtype = DType::kF32;        // of the packed weights and of the input rows

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
