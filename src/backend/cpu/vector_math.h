// Building blocks of the CPU row kernels: f32 functions that compilers turn into vector code, and how kernels are built
// once per instruction set.
#pragma once

#include <algorithm>
#include <bit>
#include <cstdint>

#include "base/half.h"

// A kernel with this mark is compiled for AVX-512 and for the baseline; the loader picks by the machine. Sanitizers run
// before the loader can pick, so their builds keep the baseline.
#if defined(__x86_64__) && !defined(__SANITIZE_ADDRESS__) && !defined(__clang__)
#define AWD_KERNEL __attribute__((target_clones("arch=x86-64-v4", "default")))
#else
#define AWD_KERNEL
#endif

namespace awd::cpu {

/// An element as f32, and back with one rounding. Written on the members, because compilers do not turn loops that copy
/// whole Bf16 objects into vector code.
[[gnu::always_inline]] inline float load(const float& from) { return from; }
[[gnu::always_inline]] inline float load(const Bf16& from) {
  return std::bit_cast<float>(std::uint32_t(from.bits) << 16);
}
[[gnu::always_inline]] inline void store(float& to, float value) { to = value; }
[[gnu::always_inline]] inline void store(Bf16& to, float value) { to.bits = Bf16::round_to_bits(value); }

/// x with its magnitude cut to 87, on the bits: compilers turn a comparison of floats into a case of its own, whose
/// division by e^87 is a denormal and costs 20 times the rest. NaN becomes +-87.
[[gnu::always_inline]] inline float clamp_to_exp_range(float x) {
  const auto bits = std::bit_cast<std::int32_t>(x);
  const std::int32_t magnitude = std::min(bits & 0x7fffffff, std::bit_cast<std::int32_t>(87.f));
  return std::bit_cast<float>(magnitude | (bits & std::int32_t(0x80000000u)));
}

/// e^x within 2e-7 relative for |x| <= 87; as if x were +-87 beyond.
[[gnu::always_inline]] inline float exp_fast(float x) {
  constexpr float kLog2E = 1.44269504f;
  constexpr float kLn2High = 0.693145752f;  // ln 2 in two parts, so that n * high is exact
  constexpr float kLn2Low = 1.42860677e-6f;
  constexpr float kRoundMagic = 12582912.f;  // 1.5 * 2^23: adding it rounds to an integer
  x = clamp_to_exp_range(x);
  const float shifted = x * kLog2E + kRoundMagic;
  const float n = shifted - kRoundMagic;
  const float r = (x - n * kLn2High) - n * kLn2Low;  // |r| <= ln(2) / 2
  // Taylor polynomial of degree 6: its remainder is below 1.3e-7 on that interval.
  float p = 1.f / 720.f;
  p = p * r + 1.f / 120.f;
  p = p * r + 1.f / 24.f;
  p = p * r + 1.f / 6.f;
  p = p * r + 0.5f;
  p = p * r + 1.f;
  p = p * r + 1.f;
  const auto exponent = (std::bit_cast<std::int32_t>(shifted) - std::bit_cast<std::int32_t>(kRoundMagic) + 127) << 23;
  return p * std::bit_cast<float>(exponent);
}

/// 0.5 x (1 + tanh(u)) = x / (1 + e^(-2u)), u = sqrt(2 / pi) (x + 0.044715 x^3).
[[gnu::always_inline]] inline float gelu_fast(float x) {
  constexpr float kMinus2Sqrt2OverPi = -1.5957691216f;
  return x / (1.f + exp_fast(kMinus2Sqrt2OverPi * (x + 0.044715f * x * x * x)));
}

}  // namespace awd::cpu
