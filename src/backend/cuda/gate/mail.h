// Mail from the device to a waiting host: 64-bit words in mapped memory, 32 bits of content and the number of the
// message each. A word is written at once and says itself whether it has come, so no fence across the bus and no call
// of the driver is needed, and the order of arrival does not matter.
#pragma once

#include <cuda_runtime.h>

#include <bit>
#include <cstdint>

namespace awd::cuda {

using MailWord = std::uint64_t;

/// Words of one double.
inline constexpr int kDoubleWords = 2;

#ifdef __CUDACC__
__device__ inline void post(MailWord* box, std::uint32_t message, std::uint32_t content) {
  *static_cast<volatile MailWord*>(box) = MailWord(message) << 32 | content;
}
__device__ inline void post(MailWord* box, std::uint32_t message, float content) {
  post(box, message, __float_as_uint(content));
}
/// Fills box[0 .. kDoubleWords).
__device__ inline void post(MailWord* box, std::uint32_t message, double content) {
  post(box, message, std::uint32_t(__double2hiint(content)));
  post(box + 1, message, std::uint32_t(__double2loint(content)));
}
#endif

/// Waits until a word of `message` has come: a short time by looking at it, then by synchronising with `stream`, on
/// which its sender is queued. Throws awd::Error if the device failed.
std::uint32_t wait_for_mail(MailWord& box, std::uint32_t message, cudaStream_t stream);

inline float wait_for_float(MailWord* box, std::uint32_t message, cudaStream_t stream) {
  return std::bit_cast<float>(wait_for_mail(*box, message, stream));
}
inline double wait_for_double(MailWord* box, std::uint32_t message, cudaStream_t stream) {
  const std::uint64_t high = wait_for_mail(box[0], message, stream);
  return std::bit_cast<double>(high << 32 | wait_for_mail(box[1], message, stream));
}

}  // namespace awd::cuda
