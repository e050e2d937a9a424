// The inner loop: 2 x 2 tiles of sums stay in registers, so that every tile read takes part in two products. The unit
// ends a product every 16 cycles and reads a tile in 8 from the first-level cache, 16 to 24 from the second.
#include "backend/cpu/amx/product.h"

#include <atomic>

namespace awd::cpu::amx {
namespace {

// Registers: 0-3 sums, 4-5 A, 6-7 B. The intrinsics want literal numbers.

/// All four products of the registers.
template <Numbers kNumbers>
[[gnu::always_inline]] AWD_AMX inline void multiply_registers() {
  if constexpr (kNumbers == Numbers::kBf16) {
    _tile_dpbf16ps(0, 4, 6);
    _tile_dpbf16ps(1, 4, 7);
    _tile_dpbf16ps(2, 5, 6);
    _tile_dpbf16ps(3, 5, 7);
  } else {
    _tile_dpbusd(0, 4, 6);
    _tile_dpbusd(1, 4, 7);
    _tile_dpbusd(2, 5, 6);
    _tile_dpbusd(3, 5, 7);
  }
}

template <Numbers kNumbers>
AWD_AMX void multiply_32_rows(const BlockProduct& p, BlockSums& sums) {
  if (p.is_first) {
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
  } else {
    _tile_loadd(0, sums.tiles[0], kTileRowBytes);
    _tile_loadd(1, sums.tiles[1], kTileRowBytes);
    _tile_loadd(2, sums.tiles[2], kTileRowBytes);
    _tile_loadd(3, sums.tiles[3], kTileRowBytes);
  }
  const std::byte* a = p.a;
  const std::byte* b = p.b;
  const std::byte* ahead = p.ahead;
  for (int step = 0; step < p.steps; ++step) {
    for (int line = 0; line < p.ahead_lines; ++line, ahead += 64) _mm_prefetch(ahead, _MM_HINT_T1);
    _tile_loadd(6, b, kTileRowBytes);
    _tile_loadd(4, a, kTileRowBytes);
    _tile_loadd(7, b + kTileBytes, kTileRowBytes);
    _tile_loadd(5, a + kTileBytes, kTileRowBytes);
    multiply_registers<kNumbers>();
    a += 2 * kTileBytes;
    b += 2 * kTileBytes;
  }
  _tile_stored(0, sums.tiles[0], kTileRowBytes);
  _tile_stored(1, sums.tiles[1], kTileRowBytes);
  _tile_stored(2, sums.tiles[2], kTileRowBytes);
  _tile_stored(3, sums.tiles[3], kTileRowBytes);
}

template <Numbers kNumbers>
AWD_AMX void multiply_16_rows(const BlockProduct& p, BlockSums& sums) {
  if (p.is_first) {
    _tile_zero(0);
    _tile_zero(1);
  } else {
    _tile_loadd(0, sums.tiles[0], kTileRowBytes);
    _tile_loadd(1, sums.tiles[1], kTileRowBytes);
  }
  const std::byte* a = p.a;
  const std::byte* b = p.b;
  const std::byte* ahead = p.ahead;
  for (int step = 0; step < p.steps; ++step) {
    for (int line = 0; line < p.ahead_lines; ++line, ahead += 64) _mm_prefetch(ahead, _MM_HINT_T1);
    _tile_loadd(4, a, kTileRowBytes);
    _tile_loadd(6, b, kTileRowBytes);
    _tile_loadd(7, b + kTileBytes, kTileRowBytes);
    if constexpr (kNumbers == Numbers::kBf16) {
      _tile_dpbf16ps(0, 4, 6);
      _tile_dpbf16ps(1, 4, 7);
    } else {
      _tile_dpbusd(0, 4, 6);
      _tile_dpbusd(1, 4, 7);
    }
    a += 2 * kTileBytes;
    b += 2 * kTileBytes;
  }
  _tile_stored(0, sums.tiles[0], kTileRowBytes);
  _tile_stored(1, sums.tiles[1], kTileRowBytes);
}

template <Numbers kNumbers>
void multiply_block(const BlockProduct& p, BlockSums& sums) {
  if (p.has_lower) {
    multiply_32_rows<kNumbers>(p, sums);
  } else {
    multiply_16_rows<kNumbers>(p, sums);
  }
}

template <Numbers kNumbers>
AWD_AMX void repeat_products(std::int64_t turns) {
  const TileScope tiles;  // filled with zeros by the processor
  for (std::int64_t i = 0; i < turns; ++i) multiply_registers<kNumbers>();
}

}  // namespace

void multiply(Numbers numbers, const BlockProduct& product, BlockSums& sums) {
  // Tile loads do not tell the compiler that they read memory: what was stored before must be there.
  std::atomic_signal_fence(std::memory_order_seq_cst);
  if (numbers == Numbers::kBf16) {
    multiply_block<Numbers::kBf16>(product, sums);
  } else {
    multiply_block<Numbers::kInt8>(product, sums);
  }
  std::atomic_signal_fence(std::memory_order_seq_cst);
}

void run_products(Numbers numbers, std::int64_t turns) {
  if (numbers == Numbers::kBf16) {
    repeat_products<Numbers::kBf16>(turns);
  } else {
    repeat_products<Numbers::kInt8>(turns);
  }
}

}  // namespace awd::cpu::amx
