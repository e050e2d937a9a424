// Weights on their way from a checkpoint to the device: staged raw, converted there.
#pragma once

#include <mutex>

#include "backend/cuda/staging.h"
#include "backend/device.h"

namespace awd::cuda {

/// Thread-safe.
class Packing {
 public:
  Packing() : stream_(make_stream()), staging_(stream_.get()) {}

  /// The parts of `data` in one matrix [out, in rounded up to 8] of its type, 0 behind the last column.
  Buffer weights(const LinearData& data);
  /// [1, n] f32; empty for no values.
  Buffer row(std::span<const float> values);

 private:
  /// Rows of a part to the rows of the result from `first` on.
  void convert(const StoredMatrix& part, int first, const Tensor& to);

  std::mutex mutex_;
  Stream stream_;
  Staging staging_;
};

/// Values of a stored format at `from` [rows, cols] (device, 16-byte aligned) as `to` [rows, >= cols], which is f32 or
/// bf16; columns behind `cols` become 0.
void convert_rows(FloatFormat format, const void* from, int rows, int cols, const Tensor& to, cudaStream_t stream);

}  // namespace awd::cuda
