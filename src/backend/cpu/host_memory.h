// Host memory of the CPU backend: aligned blocks for weights, and scratch that grows to the largest request.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <memory>

namespace awd::cpu {

struct FreeDelete {
  void operator()(void* memory) const { std::free(memory); }
};
using HostMemory = std::unique_ptr<std::byte[], FreeDelete>;

/// Uninitialised memory, aligned to cache lines; large blocks lie on huge pages where the system has them.
HostMemory allocate_host(std::size_t bytes);

/// Memory of one session that every operation may overwrite.
class Scratch {
 public:
  /// At least `bytes` bytes, valid until the next call.
  std::byte* take(std::size_t bytes) {
    if (bytes > bytes_) {
      memory_.reset();
      memory_ = allocate_host(bytes);
      bytes_ = bytes;
    }
    return memory_.get();
  }

 private:
  HostMemory memory_;
  std::size_t bytes_ = 0;
};

}  // namespace awd::cpu
