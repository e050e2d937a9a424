// A stack of Gemma layers in f32 that keeps what its backward pass reads: every layer's input, queries, the residual
// stream between its two halves, and the input of the gated unit. Attention and the gated unit itself are computed
// again.
#pragma once

#include <span>

#include "backend/device.h"
#include "backend/vjp.h"
#include "engine/config.h"
#include "engine/weights.h"

namespace awd {

/// Keys, values and their gradients per layer: the prefix' tokens, then the state token, then the actions.
struct TapedKeysValues {
  int capacity = 0;       // tokens per layer
  Buffer k, v, d_k, d_v;  // [depth * capacity, kv_width] f32; k and d_k after rotation

  TapedKeysValues(const ModelConfig& config, const Device& device, int tokens);
};

/// How rows go through a stack: they see `held` tokens in front of them, and each other.
struct GemmaRun {
  std::span<const GemmaLayer> layers;
  std::span<const GemmaLayer> transposed;
  std::span<const Modulation> norms;  // input norm of layer 0, its post norm, input norm of layer 1, ...
  Tensor angles;                      // [rows, head_dim] f32
  int held = 0;
  int rows = 0;
  bool is_output_read = true;  // false: of the last layer only keys and values matter
};

/// One run at a time: forward, then backward of the same run.
class GemmaTape {
 public:
  struct Size {
    int rows = 0;  // largest run
    int keys = 0;  // most tokens that a row sees
    int width = 0;
    int mlp = 0;
  };
  GemmaTape(const ModelConfig& config, const Device& device, const Size& size);

  /// What a run starts from, to be filled before forward(); [rows, width].
  Tensor input(int rows) const { return at(x_, 0, rows); }
  /// What it ends with, if the run's output is read.
  Tensor output(int rows) const { return at(x_, config_.llm.depth, rows); }
  /// Before backward(): the gradient of the output, zeros where it is not read. After: the gradient of the input.
  Tensor gradient(int rows) const { return d_x_.tensor().row_range(0, rows); }

  /// Fills the run's rows of keys and values.
  void forward(const GemmaRun& run, const TapedKeysValues& joint, Ops& ops) const;
  /// Adds to d_k and d_v of the held rows. Those of the run's own rows must hold what later runs have added, and are
  /// spent afterwards.
  void backward(const GemmaRun& run, const TapedKeysValues& joint, Ops& ops, Vjp& vjp) const;

 private:
  struct Layer;  // one layer of one run
  Layer layer_of(const GemmaRun& run, int layer, const TapedKeysValues& joint) const;
  void forward(const Layer& layer, Ops& ops) const;
  void backward_mlp(const Layer& layer, Ops& ops, Vjp& vjp) const;
  void backward_attention(const Layer& layer, Ops& ops, Vjp& vjp) const;

  /// The first `rows` rows of layer `layer`.
  Tensor at(const Buffer& buffer, int layer, int rows) const {
    return buffer.tensor().row_range(layer * capacity_, rows);
  }

  const ModelConfig& config_;
  int capacity_;  // rows of the largest run
  float attention_scale_;

  // kept per layer, f32
  Buffer x_;        // [(depth + 1) * rows, width]
  Buffer middle_;   // [depth * rows, width], between attention and gated unit
  Buffer q_;        // [depth * rows, heads * head_dim], rotated
  Buffer gate_up_;  // [depth * rows, 2 mlp]

  // of the layer at work, f32; in the backward pass they hold the gradients of what they are named after
  Buffer normed_, branch_;         // [rows, width]
  Buffer mixed_;                   // [rows, heads * head_dim]
  Buffer hidden_;                  // [rows, mlp]
  Buffer scores_, probabilities_;  // [1, n], see AttentionArgs
  Buffer d_x_;                     // [rows, width]
  Buffer d_q_;                     // [rows, heads * head_dim]
  Buffer d_gate_up_;               // [rows, 2 mlp]
};

}  // namespace awd
