// Attention on the tile unit: what is not held as tiles already is packed by all threads, then blocks of queries are
// shared among them; of few queries (the flow: 80 rows of 256 over 550 keys) the keys are shared as well.
#include "backend/cpu/amx/attention.h"

#include <omp.h>

#include <algorithm>
#include <array>

#include "backend/cpu/amx/amx.h"
#include "backend/cpu/amx/linear.h"
#include "backend/cpu/rows.h"

namespace awd::cpu::amx {
namespace {

/// Keys and values as tiles, and as rows those of them that are not packed yet.
struct KeySource {
  HeadTiles head;             // of the first key/value head
  int heads = 1;              // key/value heads apart, 2 * head.key_bytes() from one to the next
  int first_panel = 0;        // earlier ones are packed
  Bf16Rows k, v;              // from the first key of first_panel on
  bool is_all_heads = false;  // one head of tiles holds the columns of all

  HeadTiles tiles(int kv_head) const {
    HeadTiles tiles = head;
    tiles.key_tiles += std::size_t(kv_head) * 2 * head.key_bytes();
    tiles.value_tiles += std::size_t(kv_head) * 2 * head.key_bytes();
    return tiles;
  }
};

Bf16Rows columns_of(const Tensor& tensor, int first) { return {row<Bf16>(tensor, 0) + first, tensor.stride}; }

KeySource own_keys(const AttentionArgs& a, Scratch& scratch) {
  KeySource source;
  source.head = {.keys = a.k.rows, .room = a.k.rows, .dim = a.q.cols / a.heads};
  source.heads = a.kv_heads;
  source.head.key_tiles = scratch.take(std::size_t(a.kv_heads) * 2 * source.head.key_bytes());
  source.head.value_tiles = source.head.key_tiles + source.head.key_bytes();
  source.k = columns_of(a.k, 0);
  source.v = columns_of(a.v, 0);
  return source;
}

void append_rows(const Tensor& from, const Bf16Rows& to) {
  for (int r = 0; r < from.rows; ++r) std::copy_n(row<Bf16>(from, r), from.cols, to.from(r).first);
}

KeySource held_keys(const AttentionArgs& a) {
  const auto& held = static_cast<const HeldTiles&>(*a.held);
  const KeySource source{.head = held.layer_tiles(a.held_layer, a.k.rows),
                         .first_panel = held.full_panels(),
                         .k = held.tail(a.held_layer, 0),
                         .v = held.tail(a.held_layer, 1),
                         .is_all_heads = true};
  const int rest = held.tokens - held.full_panels() * kPanelColumns;
  append_rows(a.k, source.k.from(rest));
  append_rows(a.v, source.v.from(rest));
  return source;
}

/// Packs what is not packed; all threads of a team take part.
void pack_rest(const KeySource& source) {
  const int slices = source.head.key_steps();
  const int panels = source.head.key_panels() - source.first_panel;
#pragma omp for schedule(static)
  for (int i = 0; i < source.heads * panels * slices; ++i) {
    const int kv_head = i / (panels * slices);
    const int panel = i / slices % panels;
    const auto rows = [&](const Bf16Rows& all) {
      const Bf16Rows from = all.from(panel * kPanelColumns);
      return Bf16Rows{from.first + kv_head * source.head.dim, from.stride};
    };
    pack_keys(rows(source.k), rows(source.v), source.first_panel + panel, i % slices, source.tiles(kv_head));
  }
}

/// Query rows of one or, where they share keys and lie one after the other, of all heads.
struct QueryGroup {
  Bf16Rows q, out;
  int rows = 0;
  int kv_head = 0;
};

bool shares_one_head(const AttentionArgs& a) { return a.kv_heads == 1 && a.q.contiguous() && a.out.contiguous(); }

QueryGroup group_of(const AttentionArgs& a, int group, int dim) {
  if (shares_one_head(a)) {
    return {{row<Bf16>(a.q, 0), dim}, {row<Bf16>(a.out, 0), dim}, a.q.rows * a.heads, 0};
  }
  return {columns_of(a.q, group * dim), columns_of(a.out, group * dim), a.q.rows, group / (a.heads / a.kv_heads)};
}

std::size_t padded(std::size_t bytes) { return (bytes + 63) / 64 * 64; }

/// Bytes and places of a thread's BlockScratch.
std::size_t block_bytes(const HeadTiles& head) {
  return padded(sizeof(BlockScratch)) + std::size_t(head.key_steps() + head.value_steps()) * 2 * kTileBytes +
         std::size_t(kBlockRows) * std::size_t(head.key_panels()) * kPanelColumns * sizeof(float);
}

BlockScratch& place_block(std::byte* memory, const HeadTiles& head) {
  auto& block = *new (memory) BlockScratch;
  block.query_tiles = memory + padded(sizeof(BlockScratch));
  block.probability_tiles = block.query_tiles + std::size_t(head.key_steps()) * 2 * kTileBytes;
  block.scores = reinterpret_cast<float*>(block.probability_tiles + std::size_t(head.value_steps()) * 2 * kTileBytes);
  return block;
}

/// Up to 32 rows of a group from `first` on; probabilities of group after group lie one after the other.
QueryBlock block_of(const AttentionArgs& a, const KeySource& keys, int index, int first, int rows) {
  const int dim = a.q.cols / a.heads;
  const QueryGroup group = group_of(a, index, dim);
  const Bf16Rows probabilities{static_cast<Bf16*>(a.probabilities.data), keys.head.keys};
  return {.q = group.q.from(first),
          .out = group.out.from(first),
          .probabilities = a.key_share.empty() ? Bf16Rows{} : probabilities.from(index * group.rows + first),
          .rows = std::min(rows, group.rows - first),
          .first_dim = keys.is_all_heads ? group.kv_head * dim : 0,
          .dim = dim};
}

/// How an attention is cut into pieces of work, whatever the number of threads: query rows into tiles of 16, group by
/// group, and, where there are few, keys into parts, so that threads read different keys.
struct Pieces {
  int groups = 0;
  int group_tiles = 0;
  int parts = 1;
  int part_panels = 0;
  int partial_stride = 0;
  float* partials = nullptr;  // [parts, rows of all groups] of PartialRow

  int rows(const AttentionArgs& a) const { return a.q.rows * a.heads; }
  float* partial(const AttentionArgs& a, int part, int row) const {
    return partials + (std::size_t(part) * std::size_t(rows(a)) + std::size_t(row)) * std::size_t(partial_stride);
  }
};

constexpr int kFewTiles = 8;  // of query rows: up to these, reading the keys from memory takes longer than multiplying
constexpr int kKeyParts = 2;  // the same for any number of threads, and so are the sums

Pieces cut(const AttentionArgs& a, const KeySource& keys, Scratch& scratch) {
  const int dim = a.q.cols / a.heads;
  Pieces pieces;
  pieces.groups = shares_one_head(a) ? 1 : a.heads;
  pieces.group_tiles = tiles_of(a.q.rows * a.heads / pieces.groups);
  pieces.partial_stride = PartialRow::stride(dim);
  const int panels = keys.head.key_panels();
  if (pieces.groups * pieces.group_tiles <= kFewTiles && panels >= 2 * kKeyParts) pieces.parts = kKeyParts;
  pieces.part_panels = (panels + pieces.parts - 1) / pieces.parts;
  if (pieces.parts > 1) {
    const std::size_t partials = std::size_t(pieces.parts) * std::size_t(pieces.rows(a));
    pieces.partials =
        reinterpret_cast<float*>(scratch.take(partials * std::size_t(pieces.partial_stride) * sizeof(float)));
  }
  return pieces;
}

/// A thread's share of all parts of all query rows; rows are taken by up to 32.
void attend_share(const AttentionArgs& a, const KeySource& keys, const Pieces& pieces, Span share,
                  BlockScratch& scratch) {
  const int tiles = pieces.groups * pieces.group_tiles;
  int take = 0;
  for (int at = share.first; at < share.end; at += take) {
    const int part = at / tiles;
    const int index = at % tiles / pieces.group_tiles;
    const int tile = at % pieces.group_tiles;
    take = std::min({kBlockRows / kTileRows, share.end - at, pieces.group_tiles - tile});
    const int first = tile * kTileRows;
    QueryBlock block = block_of(a, keys, index, first, take * kTileRows);
    const int first_panel = part * pieces.part_panels;
    if (pieces.parts > 1) {
      block.partial = pieces.partial(a, part, index * (a.q.rows * a.heads / pieces.groups) + first);
      if (block.probabilities.first != nullptr) block.probabilities.first += first_panel * kPanelColumns;
    }
    const int kv_head = keys.is_all_heads || pieces.groups == 1 ? 0 : index / (a.heads / a.kv_heads);
    attend_block(block, keys.tiles(kv_head).part(first_panel, pieces.part_panels), a.scale, scratch);
  }
}

/// One row of all groups, after all its parts have been attended to.
void merge_row(const AttentionArgs& a, const KeySource& keys, const Pieces& pieces, int row) {
  const int group_rows = pieces.rows(a) / pieces.groups;
  const QueryBlock block = block_of(a, keys, row / group_rows, row % group_rows, 1);
  std::array<PartialRow, kKeyParts> parts;
  for (int i = 0; i < kKeyParts; ++i) parts[std::size_t(i)] = {pieces.partial(a, i, row), block.dim};
  std::array<float, kKeyParts> factors{};
  merge_parts(parts, a.scale, block.out.first, factors);
  if (block.probabilities.first == nullptr) return;
  for (int i = 0; i < kKeyParts; ++i) {
    const int first = i * pieces.part_panels * kPanelColumns;
    const int count = std::min(keys.head.keys - first, pieces.part_panels * kPanelColumns);
    scale_probabilities(block.probabilities.first + first, count, factors[std::size_t(i)]);
  }
}

void add_key_share(const AttentionArgs& a, int keys) {
  const bool is_per_head = a.key_share.rows > 1;
  const float factor = 1.f / float(is_per_head ? a.q.rows : a.heads * a.q.rows);
  const auto* probability = static_cast<const Bf16*>(a.probabilities.data);
  for (int r = 0; r < a.heads * a.q.rows; ++r) {
    const int head = shares_one_head(a) ? r % a.heads : r / a.q.rows;
    float* share = row<float>(a.key_share, is_per_head ? head : 0);
    for (int key = 0; key < a.key_share.cols; ++key) share[key] += factor * float(probability[key]);
    probability += keys;
  }
}

}  // namespace

void attend(const AttentionArgs& a, LinearScratch& scratch) {
  const KeySource keys = a.held == nullptr ? own_keys(a, scratch.rows) : held_keys(a);
  const int most_threads = omp_get_max_threads();
  std::byte* blocks = scratch.sums.take(std::size_t(most_threads) * block_bytes(keys.head));
  const Pieces pieces = cut(a, keys, scratch.partials);
#pragma omp parallel num_threads(most_threads)
  {
    pack_rest(keys);
    const int thread = omp_get_thread_num();
    BlockScratch& block = place_block(blocks + std::size_t(thread) * block_bytes(keys.head), keys.head);
    {
      const TileScope scope;
      const int all = pieces.parts * pieces.groups * pieces.group_tiles;
      attend_share(a, keys, pieces, share_of(all, thread, omp_get_num_threads()), block);
    }
    if (pieces.parts > 1) {
#pragma omp barrier
#pragma omp for schedule(static)
      for (int row = 0; row < pieces.rows(a); ++row) merge_row(a, keys, pieces, row);
    }
  }
  if (!a.key_share.empty()) add_key_share(a, keys.head.keys);
}

}  // namespace awd::cpu::amx
