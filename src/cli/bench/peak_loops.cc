// Each loop keeps as many independent sums as hide the latency of its instruction. An empty assembly statement makes
// the operands opaque, so that the compiler can neither hoist nor fold a product.
#include "cli/bench/peak_loops.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include <array>

namespace awd::cli {
namespace {

#if defined(__x86_64__)

// Sums in flight: latency times issue width is 8 to 10 for all of these; more would not fit into the registers.
constexpr int kSums = 12;

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
  constexpr int kFew = 8;
  __m256i sums[kFew] = {};  // std::array would drop the alignment
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

__attribute__((target("avx512f"))) void run_avx512_f32(std::int64_t turns) {
  __m512 sums[kSums] = {};  // std::array would drop the alignment
  __m512 x = _mm512_set1_ps(0.5f);
  for (std::int64_t i = 0; i < turns; ++i) {
    asm volatile("" : "+v"(x));
    for (__m512& sum : sums) sum = _mm512_fmadd_ps(x, x, sum);
  }
  use(sums);
}

__attribute__((target("avx512f,avx512bf16"))) void run_avx512_bf16(std::int64_t turns) {
  __m512 sums[kSums] = {};                // std::array would drop the alignment
  __m512i x = _mm512_set1_epi16(0x3f00);  // 0.5 in bf16
  for (std::int64_t i = 0; i < turns; ++i) {
    asm volatile("" : "+v"(x));
    for (__m512& sum : sums) sum = _mm512_dpbf16_ps(sum, (__m512bh)x, (__m512bh)x);
  }
  use(sums);
}

__attribute__((target("avx512f,avx512vnni"))) void run_avx512_int8(std::int64_t turns) {
  __m512i sums[kSums] = {};  // std::array would drop the alignment
  __m512i x = _mm512_set1_epi8(1);
  for (std::int64_t i = 0; i < turns; ++i) {
    asm volatile("" : "+v"(x));
    for (__m512i& sum : sums) sum = _mm512_dpbusd_epi32(sum, x, x);
  }
  use(sums);
}

/// All eight tiles as 16 rows of 64 bytes.
struct alignas(64) TileConfig {
  std::uint8_t palette = 1, start_row = 0;
  std::array<std::uint8_t, 14> reserved{};
  std::array<std::uint16_t, 16> row_bytes{64, 64, 64, 64, 64, 64, 64, 64};
  std::array<std::uint8_t, 16> rows{16, 16, 16, 16, 16, 16, 16, 16};
};
static_assert(sizeof(TileConfig) == 64);

__attribute__((target("amx-tile"))) void begin_tiles() {
  static constexpr TileConfig kConfig;  // in memory as a whole: some compilers believe that the load reads 8 bytes
  _tile_loadconfig(&kConfig);
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  _tile_zero(4);
  _tile_zero(5);
  _tile_zero(6);
  _tile_zero(7);
}

/// Four sums of 16 x 16 from two left and two right tiles: the shape of a matrix kernel.
__attribute__((target("amx-tile,amx-bf16"))) void run_amx_bf16(std::int64_t turns) {
  begin_tiles();
  for (std::int64_t i = 0; i < turns; ++i) {
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 4, 7);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
  }
  _tile_release();
}

__attribute__((target("amx-tile,amx-int8"))) void run_amx_int8(std::int64_t turns) {
  begin_tiles();
  for (std::int64_t i = 0; i < turns; ++i) {
    _tile_dpbusd(0, 4, 6);
    _tile_dpbusd(1, 4, 7);
    _tile_dpbusd(2, 5, 6);
    _tile_dpbusd(3, 5, 7);
  }
  _tile_release();
}

struct AmxUnits {
  bool bf16 = false, int8 = false;
};

/// What the processor has and the system lets this process use.
AmxUnits amx_units() {
  constexpr unsigned kBf16Bit = 1u << 22, kTileBit = 1u << 24, kInt8Bit = 1u << 25;  // of CPUID 7.0 EDX
  constexpr long kRequestPermission = 0x1023, kTileData = 18;                        // of arch_prctl
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (__get_cpuid_count(7, 0, &a, &b, &c, &d) == 0 || (d & kTileBit) == 0) return {};
  if (syscall(SYS_arch_prctl, kRequestPermission, kTileData) != 0) return {};
  return {.bf16 = (d & kBf16Bit) != 0, .int8 = (d & kInt8Bit) != 0};
}

#else

constexpr int kSums = 16;

/// Whatever vectors the compiler makes of plain loops.
void run_plain_f32(std::int64_t turns) {
  std::array<float, kSums> sums{};
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
  // Operations of a turn: sums * products of a vector or tile * 2.
  std::vector<ProductUnit> units = {{kF32, "AVX2", kSums * 8 * 2.0, run_avx2_f32},
                                    {kInt8, "AVX2", 8 * 32 * 2.0, run_avx2_int8}};
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f")) units.push_back({kF32, "AVX-512", kSums * 16 * 2.0, run_avx512_f32});
  if (__builtin_cpu_supports("avx512bf16")) {
    units.push_back({kBf16, "AVX-512 BF16", kSums * 32 * 2.0, run_avx512_bf16});
  }
  if (__builtin_cpu_supports("avx512vnni")) {
    units.push_back({kInt8, "AVX-512 VNNI", kSums * 64 * 2.0, run_avx512_int8});
  }
  const AmxUnits amx = amx_units();
  if (amx.bf16) units.push_back({kBf16, "AMX", 4 * 16 * 16 * 32 * 2.0, run_amx_bf16});
  if (amx.int8) units.push_back({kInt8, "AMX", 4 * 16 * 16 * 64 * 2.0, run_amx_int8});
  return units;
#else
  return {{kF32, "plain loops", kSums * 2.0, run_plain_f32}};
#endif
}

}  // namespace awd::cli
