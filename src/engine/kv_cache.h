// The inside of PrefixCache: keys and values of every layer for the valid prefix tokens.
#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include "awd/engine.h"
#include "backend/device.h"
#include "engine/config.h"

namespace awd {

struct PrefixCache::Impl {
  std::shared_ptr<const Device> device;  // owns the memory; declared first, so released last
  Buffer k;                              // [depth * capacity, kv_width] compute, after rotation
  Buffer v;                              // [depth * capacity, kv_width] compute
  std::uint64_t memory_id = 0;           // of k and v; two pairs of buffers of a process never have the same
  int depth = 0;
  int capacity = 0;  // tokens per layer
  int tokens = 0;    // valid: 256 per present camera, then the text
  std::array<bool, kMaxCameras> present{};

  Buffer vision;  // [256 * cameras, llm width] f32, the tower's output by camera; empty until a plan asks for it
  std::array<bool, kMaxCameras> has_vision{};
  Buffer text;  // [max_tokens, llm width] f32, the embedded prompt; empty unless importance is the gradient

  /// The valid rows of one layer, [tokens, kv_width].
  Tensor layer_k(int layer) const { return k.tensor().row_range(layer * capacity, tokens); }
  Tensor layer_v(int layer) const { return v.tensor().row_range(layer * capacity, tokens); }
  /// A camera's rows of `vision`.
  Tensor camera_vision(int camera) const {
    return vision.tensor().row_range(camera * kPatchGrid * kPatchGrid, kPatchGrid * kPatchGrid);
  }
  /// Gives the cache new k and v of `rows` rows.
  void allocate_keys(int rows, int kv_width, DType dtype);
  /// Gives an empty cache, or one of another device or geometry, its memory.
  void fit(const std::shared_ptr<const Device>& on, const ModelConfig& config);
  /// Gives `vision` its memory.
  void fit_vision(const ModelConfig& config);
  /// Gives `text` its memory.
  void fit_text(const ModelConfig& config);
  /// True if fit() would change nothing.
  bool fits(const std::shared_ptr<const Device>& on, const ModelConfig& config) const;
};

}  // namespace awd
