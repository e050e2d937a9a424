// 16-bit floating point numbers as bit patterns: bfloat16 (compute and storage) and IEEE half (storage only).
#pragma once

#include <bit>
#include <cstdint>

namespace awd {

/// bfloat16: the upper half of an f32. Conversion rounds to nearest even; NaN stays NaN.
struct Bf16 {
  std::uint16_t bits = 0;

  Bf16() = default;
  explicit Bf16(float value) : bits(round_to_bits(value)) {}
  explicit operator float() const { return std::bit_cast<float>(std::uint32_t(bits) << 16); }

  /// The bits of the nearest bfloat16.
  static std::uint16_t round_to_bits(float value) {
    const std::uint32_t word = std::bit_cast<std::uint32_t>(value);
    const std::uint32_t rounded = (word + 0x7fffu + ((word >> 16) & 1u)) >> 16;
    const std::uint32_t quiet_nan = 0x7fc0u;
    return static_cast<std::uint16_t>((word & 0x7fffffffu) > 0x7f800000u ? quiet_nan : rounded);
  }
};

/// The value of an IEEE binary16 bit pattern.
inline float float_from_half(std::uint16_t half) {
  const std::uint32_t sign = std::uint32_t(half & 0x8000u) << 16;
  const std::uint32_t exponent = (half >> 10) & 0x1fu;
  const std::uint32_t mantissa = half & 0x3ffu;
  if (exponent == 0) {  // zero and subnormals: mantissa * 2^-24
    const float magnitude = float(mantissa) * 0x1p-24f;
    return sign != 0 ? -magnitude : magnitude;
  }
  const std::uint32_t wide_exponent = exponent == 31 ? 255u : exponent + 112u;
  return std::bit_cast<float>(sign | (wide_exponent << 23) | (mantissa << 13));
}

}  // namespace awd
