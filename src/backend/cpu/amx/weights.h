// Weights of a linear layer in the order in which the tile unit reads them.
#pragma once

#include <cstdint>
#include <vector>

#include "backend/cpu/amx/product.h"
#include "backend/cpu/host_memory.h"
#include "backend/device.h"

namespace awd::cpu::amx {

/// Panels of 32 output channels, one after the other. A panel is, step by step along K, the tiles of its left and right
/// 16 channels; row i of a tile holds the i-th 4 bytes of each channel. Channels and K are padded with zeros.
/// A gated layer (LinearData::is_gated) has 16 gates on the left of a panel and the values they belong to on the right.
struct TileWeights {
  Numbers numbers = Numbers::kBf16;
  int in = 0;
  int out = 0;
  bool is_gated = false;
  int steps = 0;  // tiles along K
  int panels = 0;
  HostMemory tiles;
  std::vector<float> bias;        // [out] or empty
  std::vector<float> scale;       // int8, [out]: the channel's weights are scale * number
  std::vector<std::int32_t> sum;  // int8, [out]: of the channel's numbers

  std::size_t bytes() const {
    return std::size_t(panels) * panel_bytes() + (bias.size() + scale.size() + sum.size()) * sizeof(float);
  }
  std::size_t panel_bytes() const { return std::size_t(steps) * 2 * kTileBytes; }
  const std::byte* panel(int index) const { return tiles.get() + std::size_t(index) * panel_bytes(); }
  /// The first channel of a panel's left (0) or right (1) tiles.
  int first_channel(int panel, int side) const {
    return is_gated ? panel * kTileRows + side * (out / 2) : panel * kPanelColumns + side * kTileRows;
  }
  /// Channels that the tile has: 0 to 16.
  int channels(int panel, int side) const;
};

/// Packs straight out of the stored matrices, on all cores.
TileWeights pack_weights(const LinearData& data, Numbers numbers);

}  // namespace awd::cpu::amx
