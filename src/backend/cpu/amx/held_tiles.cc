// Held keys and values on the tile unit: packed once, read by every attention of a flow.
#include <cstring>

#include "backend/cpu/amx/amx.h"
#include "backend/cpu/amx/attention.h"
#include "backend/cpu/rows.h"

namespace awd::cpu::amx {

HeldTiles::HeldTiles(int layer_count, int token_capacity, int own_keys, int width)
    : CpuHeldKeys(layer_count, token_capacity, own_keys, width) {
  const HeadTiles one{.room = capacity + own, .dim = kv_width};
  tiles = allocate_host(std::size_t(layers) * 2 * one.key_bytes());
  tails = allocate_host(std::size_t(layers) * 2 * std::size_t((kPanelColumns + own) * kv_width) * sizeof(Bf16));
}

HeadTiles HeldTiles::layer_tiles(int layer, int more) const {
  HeadTiles head{.keys = tokens + more, .room = capacity + own, .dim = kv_width};
  head.key_tiles = tiles.get() + std::size_t(layer) * 2 * head.key_bytes();
  head.value_tiles = head.key_tiles + head.key_bytes();
  return head;
}

Bf16Rows HeldTiles::tail(int layer, int side) const {
  const Bf16Rows all{reinterpret_cast<Bf16*>(tails.get()), kv_width};
  return all.from((layer * 2 + side) * (kPanelColumns + own));
}

void HeldTiles::fill(const Tensor& k, const Tensor& v, int count) {
  tokens = count;
  const int from_rows = k.rows / layers;
  const int panels = full_panels();
  const int slices = layer_tiles(0, 0).key_steps();
  const auto rows_of = [&](const Tensor& from, int layer, int first) {
    return Bf16Rows{row<Bf16>(from, layer * from_rows) + std::size_t(first) * std::size_t(from.stride), from.stride};
  };
#pragma omp parallel for schedule(static)
  for (int i = 0; i < layers * panels; ++i) {
    const int layer = i / panels;
    const int panel = i % panels;
    const int first = panel * kPanelColumns;
    for (int slice = 0; slice < slices; ++slice) {
      pack_keys(rows_of(k, layer, first), rows_of(v, layer, first), panel, slice, layer_tiles(layer, 0));
    }
  }
  const int rest = tokens - panels * kPanelColumns;
  for (int i = 0; i < 2 * layers; ++i) {
    const Bf16Rows from = rows_of(i % 2 == 0 ? k : v, i / 2, panels * kPanelColumns);
    const Bf16Rows to = tail(i / 2, i % 2);
    for (int r = 0; r < rest; ++r) std::memcpy(to.from(r).first, from.from(r).first, std::size_t(kv_width) * 2);
  }
}

std::unique_ptr<CpuHeldKeys> make_held_tiles(int layers, int capacity, int own, int kv_width) {
  return std::make_unique<HeldTiles>(layers, capacity, own, kv_width);
}

}  // namespace awd::cpu::amx
