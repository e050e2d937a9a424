// Each loop keeps as many independent sums as hide the latency of its instruction. An empty assembly statement makes
// the operands opaque, so that the compiler can neither hoist nor fold a product.
#include "backend/cpu/product_units.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "backend/cpu/amx/amx.h"

namespace awd::cpu {
namespace {

#if defined(__x86_64__)

// Sums in flight: latency times issue width is 8 to 10 for all of these; more would not fit into the registers.
constexpr int kSums = 12;
constexpr int kInt8Sums = 8;  // of AVX2, which needs registers in between

/// Keeps a result alive.
template <class T>
void use(const T& value) {
  asm volatile("" : : "m"(value) : "memory");
}

void run_avx2_f32(std::int64_t turns) {
  __m256 sums[kSums] = {};  // std::array would drop the alignment
  __m256 x = _mm256_set1_ps(0.5f);
  for (std::int64_t i = 0; i < turns; ++i) {
    asm volatile("" : "+x"(x));
    for (__m256& sum : sums) sum = _mm256_fmadd_ps(x, x, sum);
  }
  use(sums);
}

/// 8-bit products before there were units for them: pairs to 16 bits, pairs of those to 32, sum.
void run_avx2_int8(std::int64_t turns) {
  __m256i sums[kInt8Sums] = {};  // std::array would drop the alignment
  __m256i x = _mm256_set1_epi8(1);
  const __m256i ones = _mm256_set1_epi16(1);
  for (std::int64_t i = 0; i < turns; ++i) {
    for (__m256i& sum : sums) {
      asm volatile("" : "+x"(x));
      sum = _mm256_add_epi32(sum, _mm256_madd_epi16(_mm256_maddubs_epi16(x, x), ones));
    }
  }
  use(sums);
}

// All that the AVX-512 loops name; each runs only where the machine has its own instruction.
#define AWD_AVX512 __attribute__((target("avx512f,avx512bf16,avx512vnni")))

struct Avx512F32 {
  using Sum = __m512;
  static constexpr int kBits = 0x3f000000;  // 0.5
  AWD_AVX512 static void add(Sum& sum, __m512i x) {
    sum = _mm512_fmadd_ps(_mm512_castsi512_ps(x), _mm512_castsi512_ps(x), sum);
  }
};

struct Avx512Bf16 {
  using Sum = __m512;
  static constexpr int kBits = 0x3f003f00;  // 0.5 twice
  AWD_AVX512 static void add(Sum& sum, __m512i x) { sum = _mm512_dpbf16_ps(sum, (__m512bh)x, (__m512bh)x); }
};

struct Avx512Int8 {
  using Sum = __m512i;
  static constexpr int kBits = 0x01010101;  // 1 four times
  AWD_AVX512 static void add(Sum& sum, __m512i x) { sum = _mm512_dpbusd_epi32(sum, x, x); }
};

template <class Unit>
AWD_AVX512 void run_avx512(std::int64_t turns) {
  typename Unit::Sum sums[kSums] = {};  // std::array would drop the alignment
  __m512i x = _mm512_set1_epi32(Unit::kBits);
  for (std::int64_t i = 0; i < turns; ++i) {
    asm volatile("" : "+v"(x));
    for (typename Unit::Sum& sum : sums) Unit::add(sum, x);
  }
  use(sums);
}

template <amx::Numbers kNumbers>
void run_tiles(std::int64_t turns) {
  amx::run_products(kNumbers, turns);
}

#else

constexpr int kSums = 16;

/// Whatever vectors the compiler makes of plain loops.
void run_plain_f32(std::int64_t turns) {
  float sums[kSums] = {};
  volatile float seed = 0.5f;
  const float x = seed;
  for (std::int64_t i = 0; i < turns; ++i) {
    for (float& sum : sums) sum = x * sum + x;
  }
  volatile float sink = sums[0] + sums[kSums - 1];
  static_cast<void>(sink);
}

#endif

}  // namespace

std::vector<ProductUnit> product_units() {
  using enum ProductType;
#if defined(__x86_64__)
  // Operations of a turn: sums * products of a vector * 2.
  std::vector<ProductUnit> units = {{kF32, "AVX2", kSums * 8 * 2.0, run_avx2_f32},
                                    {kInt8, "AVX2", kInt8Sums * 32 * 2.0, run_avx2_int8}};
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f")) {
    units.push_back({kF32, "AVX-512", kSums * 16 * 2.0, run_avx512<Avx512F32>});
  }
  if (__builtin_cpu_supports("avx512bf16")) {
    units.push_back({kBf16, "AVX-512 BF16", kSums * 32 * 2.0, run_avx512<Avx512Bf16>});
  }
  if (__builtin_cpu_supports("avx512vnni")) {
    units.push_back({kInt8, "AVX-512 VNNI", kSums * 64 * 2.0, run_avx512<Avx512Int8>});
  }
  if (amx::available()) {
    using amx::Numbers;
    units.push_back({kBf16, "AMX", amx::turn_operations(Numbers::kBf16), run_tiles<Numbers::kBf16>});
    units.push_back({kInt8, "AMX", amx::turn_operations(Numbers::kInt8), run_tiles<Numbers::kInt8>});
  }
  return units;
#else
  return {{kF32, "plain loops", kSums * 2.0, run_plain_f32}};
#endif
}

}  // namespace awd::cpu
