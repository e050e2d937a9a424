// The warpgroup products of Hopper: 128 threads multiply a [64, 32 bytes] piece of x with a [kCols, 32 bytes] piece of
// the weight, both in shared memory with 128-byte swizzle, and add to kCols / 2 f32 sums in each thread.
// Thread t holds, as sums[4 g + 2 h + e], row 16 (t / 32) + t % 32 / 4 + 8 h and column 8 g + 2 (t % 4) + e.
#pragma once

#include <cstdint>

#include "backend/cuda/big_async.cuh"
#include "backend/cuda/big_linear.h"

namespace awd::cuda::big {

/// How the hardware is told of what lies at `at` (a multiple of 1024): the lower half of its description, in units of
/// 16 bytes. The upper half is the same for all: rows of 128 bytes, groups of 8 rows 1024 bytes apart, swizzled.
__device__ inline std::uint32_t describe(Shared at) { return 1u << 16 | (at & 0x3ffff) >> 4; }

__device__ inline void begin_products() { asm volatile("wgmma.fence.sync.aligned;" ::: "memory"); }
__device__ inline void end_products() { asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory"); }

/// Waits until at most kPending of the ended groups of products run.
template <int kPending>
__device__ inline void wait_products() {
  asm volatile("wgmma.wait_group.sync.aligned %0;" ::"n"(kPending) : "memory");
}

/// Keeps the compiler from moving the sums across this point.
template <int kCount>
__device__ inline void pin(float (&sums)[kCount]) {
#pragma unroll
  for (int i = 0; i < kCount; ++i) asm volatile("" : "+f"(sums[i])::"memory");
}

// The instruction names every register of the sums: 32 of them per 64 columns.
#define AWD_NAMES_0                                                                                            \
  "%0,%1,%2,%3,%4,%5,%6,%7,%8,%9,%10,%11,%12,%13,%14,%15,%16,%17,%18,%19,%20,%21,%22,%23,%24,%25,%26,%27,%28," \
  "%29,%30,%31"
#define AWD_NAMES_1                                                                                           \
  ",%32,%33,%34,%35,%36,%37,%38,%39,%40,%41,%42,%43,%44,%45,%46,%47,%48,%49,%50,%51,%52,%53,%54,%55,%56,%57," \
  "%58,%59,%60,%61,%62,%63"
#define AWD_NAMES_2                                                                                           \
  ",%64,%65,%66,%67,%68,%69,%70,%71,%72,%73,%74,%75,%76,%77,%78,%79,%80,%81,%82,%83,%84,%85,%86,%87,%88,%89," \
  "%90,%91,%92,%93,%94,%95"
#define AWD_NAMES_1A ",%32,%33,%34,%35,%36,%37,%38,%39,%40,%41,%42,%43,%44,%45,%46,%47"
#define AWD_NAMES_2A ",%64,%65,%66,%67,%68,%69,%70,%71,%72,%73,%74,%75,%76,%77,%78,%79"
#define AWD_NAMES_3                                                                                             \
  ",%96,%97,%98,%99,%100,%101,%102,%103,%104,%105,%106,%107,%108,%109,%110,%111,%112,%113,%114,%115,%116,%117," \
  "%118,%119,%120,%121,%122,%123,%124,%125,%126,%127"
#define AWD_SUMS_8(i)                                                                                         \
  "+f"(d[i]), "+f"(d[i + 1]), "+f"(d[i + 2]), "+f"(d[i + 3]), "+f"(d[i + 4]), "+f"(d[i + 5]), "+f"(d[i + 6]), \
      "+f"(d[i + 7])
#define AWD_SUMS_16(i) AWD_SUMS_8(i), AWD_SUMS_8(i + 8)
#define AWD_SUMS_32(i) AWD_SUMS_8(i), AWD_SUMS_8(i + 8), AWD_SUMS_8(i + 16), AWD_SUMS_8(i + 24)
#define AWD_PRODUCT(SHAPE, TYPES, NAMES, X, W, ADDS, TAIL, ...)                                \
  asm volatile(                                                                                \
      "{\n.reg .pred adds;\n.reg .b64 x, w;\n"                                                 \
      "setp.ne.b32 adds, %" ADDS                                                               \
      ", 0;\n"                                                                                 \
      "mov.b64 x, {%" X ", 0x40000040};\nmov.b64 w, {%" W                                      \
      ", 0x40000040};\n"                                                                       \
      "wgmma.mma_async.sync.aligned." SHAPE TYPES " {" NAMES "}, x, w, adds, 1, 1" TAIL ";\n}" \
      : __VA_ARGS__                                                                            \
      : "r"(x), "r"(w), "r"(int(adds)))
#define AWD_PRODUCTS(COLS, NAMES, X, W, ADDS, ...)                                                  \
  __device__ inline void multiply(float(&d)[COLS / 2], std::uint32_t x, std::uint32_t w, bool adds, \
                                  Tag<BigNumber::kBf16>) {                                          \
    AWD_PRODUCT("m64n" #COLS "k16", ".f32.bf16.bf16", NAMES, X, W, ADDS, ", 0, 0", __VA_ARGS__);    \
  }                                                                                                 \
  __device__ inline void multiply(float(&d)[COLS / 2], std::uint32_t x, std::uint32_t w, bool adds, \
                                  Tag<BigNumber::kE4m3>) {                                          \
    AWD_PRODUCT("m64n" #COLS "k32", ".f32.e4m3.e4m3", NAMES, X, W, ADDS, "", __VA_ARGS__);          \
  }

template <BigNumber>
struct Tag {};

/// Starts sums = x w^T (adds: sums += x w^T) over 32 bytes of depth; x and w are descriptions.
AWD_PRODUCTS(64, AWD_NAMES_0, "32", "33", "34", AWD_SUMS_32(0))
AWD_PRODUCTS(96, AWD_NAMES_0 AWD_NAMES_1A, "48", "49", "50", AWD_SUMS_32(0), AWD_SUMS_16(32))
AWD_PRODUCTS(128, AWD_NAMES_0 AWD_NAMES_1, "64", "65", "66", AWD_SUMS_32(0), AWD_SUMS_32(32))
AWD_PRODUCTS(160, AWD_NAMES_0 AWD_NAMES_1 AWD_NAMES_2A, "80", "81", "82", AWD_SUMS_32(0), AWD_SUMS_32(32),
             AWD_SUMS_16(64))
AWD_PRODUCTS(192, AWD_NAMES_0 AWD_NAMES_1 AWD_NAMES_2, "96", "97", "98", AWD_SUMS_32(0), AWD_SUMS_32(32),
             AWD_SUMS_32(64))
AWD_PRODUCTS(256, AWD_NAMES_0 AWD_NAMES_1 AWD_NAMES_2 AWD_NAMES_3, "128", "129", "130", AWD_SUMS_32(0), AWD_SUMS_32(32),
             AWD_SUMS_32(64), AWD_SUMS_32(96))

#undef AWD_PRODUCTS
#undef AWD_PRODUCT
#undef AWD_SUMS_32
#undef AWD_SUMS_16
#undef AWD_SUMS_8
#undef AWD_NAMES_0
#undef AWD_NAMES_1
#undef AWD_NAMES_2
#undef AWD_NAMES_1A
#undef AWD_NAMES_2A
#undef AWD_NAMES_3

}  // namespace awd::cuda::big
