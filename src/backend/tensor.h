// Tensor: a non-owning, row-major matrix view in a backend's memory. The engine sizes and slices views; only backends
// look at the data.
#pragma once

#include <cstddef>
#include <cstdint>

#include "base/check.h"

namespace awd {

enum class DType : std::uint8_t { kF32, kBf16 };

/// Bytes of one element.
inline std::size_t bytes_of(DType dtype) { return dtype == DType::kF32 ? 4 : 2; }

/// Element (r, c) lies at data + (r * stride + c) * bytes_of(dtype). `stride` >= `cols`.
struct Tensor {
  void* data = nullptr;
  int rows = 0;
  int cols = 0;
  int stride = 0;
  DType dtype = DType::kF32;
  const int* live_rows = nullptr;  // of a recording backend: how many rows count, looked up on the device by what runs

  bool empty() const { return data == nullptr; }
  bool contiguous() const { return stride == cols; }

  /// A view of rows first .. first + count - 1.
  Tensor row_range(int first, int count) const {
    AWD_CHECK(first >= 0 && count >= 0 && first + count <= rows, "rows {} + {} of {}", first, count, rows);
    AWD_CHECK(live_rows == nullptr, "a range of rows that are counted later");
    return {at(std::size_t(first) * std::size_t(stride)), count, cols, stride, dtype};
  }
  /// A view of columns first .. first + count - 1.
  Tensor col_range(int first, int count) const {
    AWD_CHECK(first >= 0 && count >= 0 && first + count <= cols, "columns {} + {} of {}", first, count, cols);
    return {at(std::size_t(first)), rows, count, stride, dtype, live_rows};
  }

 private:
  void* at(std::size_t element) const { return static_cast<std::byte*>(data) + element * bytes_of(dtype); }
};

}  // namespace awd
