// The pieces of attention on the tile unit: keys and values of one head as tiles of B, and a block of queries over
// them.
#pragma once

#include <algorithm>
#include <span>

#include "backend/cpu/amx/product.h"
#include "backend/cpu/held_keys.h"
#include "backend/cpu/host_memory.h"
#include "base/half.h"

namespace awd::cpu::amx {

/// Keys and values of one key/value head in the order of the unit. Keys: a panel per 32 keys, K along the head's
/// dimension; values: a panel per 32 dimensions, K along the keys. Padded with zeros.
struct HeadTiles {
  int keys = 0;
  int room = 0;  // keys that memory has been laid out for
  int dim = 0;
  std::byte* key_tiles = nullptr;
  std::byte* value_tiles = nullptr;

  int key_panels() const { return (keys + kPanelColumns - 1) / kPanelColumns; }
  int key_steps() const { return steps_of(dim, 2); }
  int value_panels() const { return (dim + kPanelColumns - 1) / kPanelColumns; }
  int value_steps() const { return steps_of(keys, 2); }
  std::size_t key_panel_bytes() const { return std::size_t(key_steps()) * 2 * kTileBytes; }
  std::size_t value_panel_bytes() const { return std::size_t(steps_of(room, 2)) * 2 * kTileBytes; }
  /// The tiles of `panels` panels of keys from `first` on, as far as there are keys.
  HeadTiles part(int first, int panels) const {
    HeadTiles some = *this;
    some.keys = std::min(keys - first * kPanelColumns, panels * kPanelColumns);
    some.key_tiles += std::size_t(first) * key_panel_bytes();
    some.value_tiles += std::size_t(first) * 2 * kTileBytes;
    return some;
  }
  /// Of all keys that there is room for; their values take as much again.
  std::size_t key_bytes() const { return std::size_t((room + kPanelColumns - 1) / kPanelColumns) * key_panel_bytes(); }
};

/// bf16 rows in memory, `stride` numbers apart.
struct Bf16Rows {
  Bf16* first = nullptr;
  int stride = 0;

  Bf16Rows from(int row) const { return {first + std::size_t(row) * std::size_t(stride), stride}; }
};

/// Fills dimensions 32 slice .. of keys 32 panel .. of `tiles`, both as keys and as values; `k` and `v` begin with the
/// first of these keys.
void pack_keys(const Bf16Rows& k, const Bf16Rows& v, int panel, int slice, const HeadTiles& tiles);

/// Held keys and values as tiles of one head as wide as all heads.
struct HeldTiles : CpuHeldKeys {
  HostMemory tiles;  // [layers] keys, then values
  HostMemory tails;  // [layers, 2, kPanelColumns + own, kv_width] bf16: keys of the last, partly filled panel, and room

  HeldTiles(int layer_count, int token_capacity, int own_keys, int width);
  void fill(const Tensor& k, const Tensor& v, int tokens) override;

  /// A layer's tiles for its held keys and `more`.
  HeadTiles layer_tiles(int layer, int more) const;
  /// The keys (side 0) or values (1) of a layer that its last panel shares with an attention's own.
  Bf16Rows tail(int layer, int side) const;
  int full_panels() const { return tokens / kPanelColumns; }
};

/// What a thread needs for one block.
struct BlockScratch {
  BlockSums sums;
  std::byte* query_tiles;        // key_steps() pairs of tiles
  std::byte* probability_tiles;  // value_steps() pairs of tiles
  float* scores;                 // [32, key_panels() * 32]
};

/// What a query row leaves behind of one part of the keys, to be merged with the other parts: as long as stride(dim)
/// floats, sums of e^(scale (score - largest)) times the values, then `largest` and the sum without values.
struct PartialRow {
  float* values = nullptr;
  int dim = 0;

  static int stride(int dim) { return tiles_of(dim) * kTileRows + kTileRows; }
  float& largest() const { return values[tiles_of(dim) * kTileRows]; }
  float& sum() const { return values[tiles_of(dim) * kTileRows + 1]; }
};

/// Up to 32 queries of one head, whose dimensions are some or all of those of the tiles.
struct QueryBlock {
  Bf16Rows q, out;         // [rows, dim]
  Bf16Rows probabilities;  // [rows, keys], or empty if nobody wants them
  int rows = 0;
  int first_dim = 0;  // in the tiles
  int dim = 0;
  float* partial = nullptr;  // optional, [rows] of PartialRow: written in place of out; probabilities are not divided
};

/// out = softmax(scale q k^T) v. Inside a TileScope.
void attend_block(const QueryBlock& block, const HeadTiles& tiles, float scale, BlockScratch& scratch);

/// out [dim] = the attention whose parts these are. `factors` [parts]: what each part was multiplied by.
void merge_parts(std::span<const PartialRow> parts, float scale, Bf16* out, std::span<float> factors);

/// In place, `count` numbers.
void scale_probabilities(Bf16* probabilities, int count, float factor);

}  // namespace awd::cpu::amx
