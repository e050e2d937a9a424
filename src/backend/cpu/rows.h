// How CPU ops reach rows of a Tensor, and how rows are shared among threads.
#pragma once

#include "backend/tensor.h"
#include "base/check.h"
#include "base/half.h"

namespace awd::cpu {

/// The DType of elements of type T.
template <class T>
inline constexpr DType kDType = DType::kF32;
template <>
inline constexpr DType kDType<Bf16> = DType::kBf16;

/// The first element of row `r`; the tensor must hold elements of type T.
template <class T>
T* row(const Tensor& tensor, int r) {
  AWD_CHECK(tensor.dtype == kDType<T>, "tensor of another type");
  return static_cast<T*>(tensor.data) + std::size_t(r) * std::size_t(tensor.stride);
}

/// Calls body(float{}) or body(Bf16{}), whichever the type is.
template <class F>
void with_type(DType dtype, F&& body) {
  if (dtype == DType::kF32) {
    body(float{});
  } else {
    body(Bf16{});
  }
}

/// body(r) for every row, on the calling thread's OpenMP team if there is enough to do.
template <class F>
void for_rows(int rows, int cols, F&& body) {
  constexpr long kMinElements = 1 << 14;  // below about 5 us of work a team costs more than it saves
#pragma omp parallel for schedule(static) if (long(rows) * cols >= kMinElements)
  for (int r = 0; r < rows; ++r) body(r);
}

}  // namespace awd::cpu
