// Owned arrays of the gate on the device, and its stream.
#pragma once

#include <algorithm>
#include <cstddef>
#include <type_traits>

#include "backend/cuda/handles.h"

namespace awd::cuda {

/// [n] in device memory.
template <class T>
using DeviceArray = std::unique_ptr<T[], Release<cudaFree>>;
/// [n] in pinned host memory; the device reads and writes it at the same address.
template <class T>
using MappedArray = std::unique_ptr<T[], Release<cudaFreeHost>>;

/// Zeroed by the time that it returns; n may be 0.
template <class T>
DeviceArray<T> make_device_array(std::size_t n) {
  static_assert(std::is_trivial_v<T>);
  void* memory = nullptr;
  AWD_CUDA(cudaMalloc(&memory, (n > 0 ? n : 1) * sizeof(T)));
  DeviceArray<T> array(static_cast<T*>(memory));
  AWD_CUDA(cudaMemset(memory, 0, (n > 0 ? n : 1) * sizeof(T)));
  AWD_CUDA(cudaStreamSynchronize(nullptr));
  return array;
}

/// Zeroed; n may be 0.
template <class T>
MappedArray<T> make_mapped_array(std::size_t n) {
  static_assert(std::is_trivial_v<T>);
  void* memory = nullptr;
  AWD_CUDA(cudaHostAlloc(&memory, (n > 0 ? n : 1) * sizeof(T), cudaHostAllocMapped));
  MappedArray<T> array(static_cast<T*>(memory));
  std::fill_n(array.get(), n, T{});
  return array;
}

/// A stream whose kernels go before those of ordinary streams.
inline Stream make_urgent_stream() {
  int least = 0, greatest = 0;
  AWD_CUDA(cudaDeviceGetStreamPriorityRange(&least, &greatest));
  cudaStream_t stream = nullptr;
  AWD_CUDA(cudaStreamCreateWithPriority(&stream, cudaStreamNonBlocking, greatest));
  return Stream(stream);
}

}  // namespace awd::cuda
