// Staging: the way of host data to the device. Bytes are copied to page-locked memory and on from there, so that the
// caller's memory is free at once and nobody waits.
#pragma once

#include <array>
#include <span>

#include "backend/buffer.h"
#include "backend/cuda/handles.h"

namespace awd::cuda {

/// Two halves, used in turn; before one is written again, what read it must have ended.
class Staging {
 public:
  /// The most bytes of one put().
  static constexpr std::size_t kHalfBytes = std::size_t{4} << 20;

  explicit Staging(cudaStream_t stream);

  /// The device address of a copy of `bytes`, valid for what is put on the stream before the next put().
  const void* put(std::span<const std::byte> bytes);

 private:
  cudaStream_t stream_;
  PinnedBytes host_;  // [2 * kHalfBytes]
  Buffer device_;     // likewise
  std::array<Event, 2> ended_;
  std::array<bool, 2> is_busy_{};
  std::size_t half_ = 0, used_ = 0;
};

/// Device memory that is not cleared; an error says how much was wanted and how much is free.
Buffer allocate_device(int rows, int cols, DType dtype);

}  // namespace awd::cuda
