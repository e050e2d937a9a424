// StoredMatrix: a matrix of floating point numbers as it lies in a file or in memory; not owned, perhaps unaligned.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "base/check.h"
#include "base/half.h"

namespace awd {

enum class FloatFormat : std::uint8_t { kF32, kF16, kBf16 };

/// Bytes of one number.
inline std::size_t bytes_of(FloatFormat format) { return format == FloatFormat::kF32 ? 4 : 2; }

/// out.size() numbers at `from` as f32.
inline void read_floats(FloatFormat format, const std::byte* from, std::span<float> out) {
  if (format == FloatFormat::kF32) {
    std::memcpy(out.data(), from, out.size_bytes());
    return;
  }
  const bool is_bf16 = format == FloatFormat::kBf16;
  for (std::size_t i = 0; i < out.size(); ++i) {
    std::uint16_t bits = 0;
    std::memcpy(&bits, from + 2 * i, 2);
    out[i] = is_bf16 ? std::bit_cast<float>(std::uint32_t(bits) << 16) : float_from_half(bits);
  }
}

/// [rows, cols], row-major, without gaps between rows.
struct StoredMatrix {
  const std::byte* values = nullptr;
  FloatFormat format = FloatFormat::kF32;
  int rows = 0;
  int cols = 0;

  const std::byte* row(int r) const { return values + std::size_t(r) * std::size_t(cols) * bytes_of(format); }
  /// Row `r` as f32; `out` has `cols` numbers.
  void read_row(int r, std::span<float> out) const {
    AWD_CHECK(r >= 0 && r < rows && out.size() == std::size_t(cols));
    read_floats(format, row(r), out);
  }
};

/// A matrix of f32 in memory.
inline StoredMatrix stored(std::span<const float> values, int rows, int cols) {
  AWD_CHECK(values.size() == std::size_t(rows) * std::size_t(cols), "{} values for {} x {}", values.size(), rows, cols);
  return {reinterpret_cast<const std::byte*>(values.data()), FloatFormat::kF32, rows, cols};
}

}  // namespace awd
