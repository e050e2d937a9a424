// Staging of host data, and device memory.
#include "backend/cuda/staging.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "awd/error.h"

namespace awd::cuda {
namespace {

constexpr std::size_t kAlignment = 256;

}  // namespace

Staging::Staging(cudaStream_t stream)
    : stream_(stream),
      host_(make_pinned(2 * kHalfBytes)),
      device_(allocate_device(2, int(kHalfBytes / 4), DType::kF32)),
      ended_{make_event(), make_event()} {}

const void* Staging::put(std::span<const std::byte> bytes) {
  AWD_CHECK(bytes.size() <= kHalfBytes);
  if (used_ + bytes.size() > kHalfBytes) {
    AWD_CUDA(cudaEventRecord(ended_[half_].get(), stream_));
    is_busy_[half_] = true;
    half_ = 1 - half_;
    used_ = 0;
    if (is_busy_[half_]) AWD_CUDA(cudaEventSynchronize(ended_[half_].get()));
    is_busy_[half_] = false;
  }
  const std::size_t at = half_ * kHalfBytes + used_;
  std::byte* on_device = static_cast<std::byte*>(device_.tensor().data) + at;
  std::memcpy(host_.get() + at, bytes.data(), bytes.size());
  AWD_CUDA(cudaMemcpyAsync(on_device, host_.get() + at, bytes.size(), cudaMemcpyHostToDevice, stream_));
  used_ += (bytes.size() + kAlignment - 1) / kAlignment * kAlignment;
  return on_device;
}

Buffer allocate_device(int rows, int cols, DType dtype) {
  const std::size_t bytes = std::max<std::size_t>(std::size_t(rows) * std::size_t(cols) * bytes_of(dtype), 16);
  void* memory = nullptr;
  const cudaError_t status = cudaMalloc(&memory, bytes);
  if (status == cudaErrorMemoryAllocation) {
    cudaGetLastError();  // not to be met again by the next call
    std::size_t free = 0, total = 0;
    AWD_CUDA(cudaMemGetInfo(&free, &total));
    throw Error("cuda", fmt::format("memory: expected {} MiB free, got {} of {} MiB", (bytes >> 20) + 1, free >> 20,
                                    total >> 20));
  }
  check(status, "cudaMalloc");
  return {memory, [](void* p) { cudaFree(p); }, rows, cols, dtype};
}

}  // namespace awd::cuda
