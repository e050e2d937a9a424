// The pieces of attention on the tile unit: keys and values of one head as tiles of B, and a block of queries over
// them.
#pragma once

#include "backend/cpu/amx/product.h"
#include "base/half.h"

namespace awd::cpu::amx {

/// Keys and values of one key/value head in the order of the unit. Keys: a panel per 32 keys, K along the head's
/// dimension; values: a panel per 32 dimensions, K along the keys. Padded with zeros.
struct HeadTiles {
  int keys = 0;
  int dim = 0;
  std::byte* key_tiles = nullptr;
  std::byte* value_tiles = nullptr;

  int key_panels() const { return (keys + kPanelColumns - 1) / kPanelColumns; }
  int key_steps() const { return steps_of(dim, 2); }
  int value_panels() const { return (dim + kPanelColumns - 1) / kPanelColumns; }
  int value_steps() const { return steps_of(keys, 2); }
  std::size_t key_panel_bytes() const { return std::size_t(key_steps()) * 2 * kTileBytes; }
  std::size_t value_panel_bytes() const { return std::size_t(value_steps()) * 2 * kTileBytes; }
};

/// bf16 rows in memory, `stride` numbers apart.
struct Bf16Rows {
  Bf16* first = nullptr;
  int stride = 0;
};

/// Fills keys 32 panel .. of `tiles`, both as keys and as values.
void pack_keys(const Bf16Rows& k, const Bf16Rows& v, int panel, const HeadTiles& tiles);

/// What a thread needs for one block.
struct BlockScratch {
  BlockSums sums;
  std::byte* query_tiles;        // key_steps() pairs of tiles
  std::byte* probability_tiles;  // value_steps() pairs of tiles
  float* scores;                 // [32, key_panels() * 32]
};

/// Up to 32 queries of one head.
struct QueryBlock {
  Bf16Rows q, out;         // [rows, dim]
  Bf16Rows probabilities;  // [rows, keys], or empty if nobody wants them
  int rows = 0;
};

/// out = softmax(scale q k^T) v. Inside a TileScope.
void attend_block(const QueryBlock& block, const HeadTiles& tiles, float scale, BlockScratch& scratch);

}  // namespace awd::cpu::amx
