// Buffer: owned memory of one backend, and the Tensor that covers it.
#pragma once

#include <memory>

#include "backend/tensor.h"

namespace awd {

/// Owning memory; how it is released is the backend's business. Move only.
class Buffer {
 public:
  using Release = void (*)(void*);

  Buffer() : memory_(nullptr, [](void*) {}) {}
  Buffer(void* memory, Release release, int rows, int cols, DType dtype)
      : memory_(memory, release), tensor_{memory, rows, cols, cols, dtype} {}

  /// The whole buffer as a matrix.
  const Tensor& tensor() const { return tensor_; }
  bool empty() const { return tensor_.empty(); }

 private:
  std::unique_ptr<void, Release> memory_;
  Tensor tensor_;
};

}  // namespace awd
