// Finds the tile unit, asks the system for it, and configures its registers.
#include "backend/cpu/amx/tiles.h"

#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstdint>

#include "backend/cpu/amx/amx.h"

namespace awd::cpu::amx {
namespace {

struct CpuidLeaf {
  std::uint32_t eax = 0, ebx = 0, ecx = 0, edx = 0;
  CpuidLeaf(std::uint32_t leaf, std::uint32_t sub_leaf) { __get_cpuid_count(leaf, sub_leaf, &eax, &ebx, &ecx, &edx); }
};

bool has(std::uint32_t word, int bit) { return (word >> bit & 1u) != 0; }

/// The instruction sets that AWD_AMX names.
bool machine_has_units() {
  const CpuidLeaf extended(7, 0);
  const CpuidLeaf more(7, 1);
  const bool has_avx512 =
      has(extended.ebx, 16) && has(extended.ebx, 17) && has(extended.ebx, 30) && has(extended.ebx, 31);  // f dq bw vl
  const bool has_tiles = has(extended.edx, 22) && has(extended.edx, 24) && has(extended.edx, 25);  // bf16, tile, int8
  return has_avx512 && has_tiles && has(more.eax, 5);                                              // avx512_bf16
}

/// Linux saves the tile registers of a process only if it asks for them.
bool system_grants_tiles() {
  constexpr long kRequestPermission = 0x1023;  // ARCH_REQ_XCOMP_PERM
  constexpr long kTileData = 18;               // number of the tile registers in the saved state
  return syscall(SYS_arch_prctl, kRequestPermission, kTileData) == 0;
}

/// The operand of LDTILECFG.
struct alignas(64) TileConfig {
  std::uint8_t palette = 1;
  std::uint8_t start_row = 0;
  std::uint8_t reserved[14] = {};
  std::uint16_t row_bytes[16] = {};
  std::uint8_t rows[16] = {};
};

constexpr TileConfig full_tiles() {
  TileConfig config;
  for (int tile = 0; tile < 8; ++tile) {
    config.row_bytes[tile] = kTileRowBytes;
    config.rows[tile] = kTileRows;
  }
  return config;
}

/// A constant: the intrinsic tells the compiler of the first bytes that it reads only, the rest of a variable may be
/// gone.
constexpr TileConfig kFullTiles = full_tiles();

AWD_AMX void configure() { _tile_loadconfig(&kFullTiles); }

AWD_AMX void release() { _tile_release(); }

}  // namespace

bool available() {
  static const bool is_available = machine_has_units() && system_grants_tiles();
  return is_available;
}

TileScope::TileScope() { configure(); }

TileScope::~TileScope() { release(); }

}  // namespace awd::cpu::amx
