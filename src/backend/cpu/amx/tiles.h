// What all AMX code shares. The tile unit multiplies a tile of A (16 rows of 64 bytes along K) with a tile of B (16
// columns of 64 bytes along K) into 16 x 16 sums of 32 bits; 64 bytes are 32 bf16 or 64 int8 numbers.
#pragma once

// GCC 12 warns about its own way of naming an undefined vector (bug 105593).
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#if !defined(__clang__)
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>
#pragma GCC diagnostic pop

#include <cstddef>

// Functions with this mark may use the tile unit and AVX-512; nobody calls them before available() said yes.
#define AWD_AMX __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16,amx-tile,amx-bf16,amx-int8")))

namespace awd::cpu::amx {

inline constexpr int kTileRows = 16;                          // of A; also the columns of a tile of B or C
inline constexpr int kTileRowBytes = 64;                      // of K, for one row or column
inline constexpr int kTileBytes = kTileRows * kTileRowBytes;  // 1 KiB, also of 16 x 16 sums
inline constexpr int kBlockRows = 2 * kTileRows;              // a step of a block of A is an upper and a lower tile
inline constexpr int kPanelColumns = 2 * kTileRows;           // a step of a panel of B is a left and a right tile

/// Configures all eight tile registers of the calling thread as full tiles for the length of a scope.
class TileScope {
 public:
  TileScope();
  ~TileScope();
  TileScope(const TileScope&) = delete;
  TileScope& operator=(const TileScope&) = delete;
};

/// Tiles along K that hold `count` numbers of `bytes` each.
inline int steps_of(int count, int bytes) { return (count * bytes + kTileRowBytes - 1) / kTileRowBytes; }
/// Tiles that hold `count` rows or columns.
inline int tiles_of(int count) { return (count + kTileRows - 1) / kTileRows; }

}  // namespace awd::cpu::amx
