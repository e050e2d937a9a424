// Attention on the tile unit: heads are packed once by all threads, then blocks of queries are shared among them.
#include "backend/cpu/amx/attention.h"

#include <omp.h>

#include "backend/cpu/amx/amx.h"
#include "backend/cpu/rows.h"

namespace awd::cpu::amx {
namespace {

/// Query rows of one or, where they share keys and lie one after the other, of all heads.
struct QueryGroup {
  Bf16Rows q, out;
  int rows = 0;
  int kv_head = 0;
};

Bf16Rows columns_of(const Tensor& tensor, int first) { return {row<Bf16>(tensor, 0) + first, tensor.stride}; }

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

Bf16Rows from_row(const Bf16Rows& rows, int first) {
  return {rows.first + std::size_t(first) * std::size_t(rows.stride), rows.stride};
}

/// The rows of a group from `first` on; probabilities of group after group lie one after the other.
QueryBlock block_of(const AttentionArgs& a, const QueryGroup& group, int index, int first) {
  const Bf16Rows probabilities{static_cast<Bf16*>(a.probabilities.data), a.k.rows};
  return {.q = from_row(group.q, first),
          .out = from_row(group.out, first),
          .probabilities = a.key_share.empty() ? Bf16Rows{} : from_row(probabilities, index * group.rows + first),
          .rows = std::min(kBlockRows, group.rows - first)};
}

void add_key_share(const AttentionArgs& a) {
  const bool is_per_head = a.key_share.rows > 1;
  const float factor = 1.f / float(is_per_head ? a.q.rows : a.heads * a.q.rows);
  const auto* probability = static_cast<const Bf16*>(a.probabilities.data);
  for (int r = 0; r < a.heads * a.q.rows; ++r) {
    const int head = shares_one_head(a) ? r % a.heads : r / a.q.rows;
    float* share = row<float>(a.key_share, is_per_head ? head : 0);
    for (int key = 0; key < a.k.rows; ++key) share[key] += factor * float(*probability++);
  }
}

}  // namespace

void attend(const AttentionArgs& a, LinearScratch& scratch) {
  HeadTiles head{.keys = a.k.rows, .dim = a.q.cols / a.heads};
  const std::size_t key_bytes = std::size_t(head.key_panels()) * head.key_panel_bytes();
  const std::size_t head_bytes = key_bytes + std::size_t(head.value_panels()) * head.value_panel_bytes();
  std::byte* heads = scratch.rows.take(std::size_t(a.kv_heads) * head_bytes);
  const auto tiles_of_head = [&](int kv_head) {
    HeadTiles tiles = head;
    tiles.key_tiles = heads + std::size_t(kv_head) * head_bytes;
    tiles.value_tiles = tiles.key_tiles + key_bytes;
    return tiles;
  };
  const int threads = omp_get_max_threads();
  std::byte* blocks = scratch.sums.take(std::size_t(threads) * block_bytes(head));
  const int groups = shares_one_head(a) ? 1 : a.heads;
  const int group_blocks = (group_of(a, 0, head.dim).rows + kBlockRows - 1) / kBlockRows;
#pragma omp parallel num_threads(threads)
  {
#pragma omp for schedule(static)
    for (int i = 0; i < a.kv_heads * head.key_panels(); ++i) {
      const int kv_head = i / head.key_panels();
      pack_keys(columns_of(a.k, kv_head * head.dim), columns_of(a.v, kv_head * head.dim), i % head.key_panels(),
                tiles_of_head(kv_head));
    }
    const TileScope scope;
    BlockScratch& block = place_block(blocks + std::size_t(omp_get_thread_num()) * block_bytes(head), head);
#pragma omp for schedule(static)
    for (int i = 0; i < groups * group_blocks; ++i) {
      const QueryGroup group = group_of(a, i / group_blocks, head.dim);
      const int first = i % group_blocks * kBlockRows;
      attend_block(block_of(a, group, i / group_blocks, first), tiles_of_head(group.kv_head), a.scale, block);
    }
  }
  if (!a.key_share.empty()) add_key_share(a);
}

}  // namespace awd::cpu::amx
