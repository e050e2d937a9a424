// What the operations of ops.h read: packed layers, pictures, and the arguments of the larger operations.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "backend/tensor.h"

namespace awd {

/// A packed linear layer y = x W^T + b. Immutable, shared by sessions; its layout is the backend's secret.
struct Linear {
  int in = 0;
  int out = 0;
  DType dtype = DType::kF32;  // what x must be
  std::size_t bytes = 0;      // resident
  virtual ~Linear() = default;
};

/// The products that queries, keys and values of one layer are made by. A backend may pack them as one, in a type of
/// its own, and leave the pointers empty.
struct QkvLinear {
  std::unique_ptr<const Linear> q;  // may be missing: keys and values alone
  std::unique_ptr<const Linear> k;
  std::unique_ptr<const Linear> v;
  std::size_t bytes = 0;  // resident
  virtual ~QkvLinear() = default;
};

enum class Write { kReplace, kAdd };

/// Keys and values of all layers that many attentions read and none changes, laid out as the backend reads them best.
/// Made by Device::make_held_keys() for one session, filled by Ops::hold().
struct HeldKeys {
  int layers = 0;
  int capacity = 0;  // tokens per layer
  int tokens = 0;    // filled, of each layer
  virtual ~HeldKeys() = default;
};

/// One attention: every query row sees every key row, and every held key.
struct AttentionArgs {
  Tensor q;              // [queries, heads * head_dim] compute
  Tensor k;              // [own keys, kv_heads * head_dim] compute
  Tensor v;              // [own keys, kv_heads * head_dim] compute
  Tensor out;            // [queries, heads * head_dim] compute
  Tensor scores;         // scratch, f32, at least heads * queries * keys elements, own and as many as can be held
  Tensor probabilities;  // scratch, compute, likewise
  Tensor key_share;  // optional f32: [1, >= n] the mean over heads and queries of the probabilities of the held keys
                     // (n held tokens), or, where none are held, of the own; or [heads, >= n] that over queries
  int heads = 0;     // head h reads key/value head h / (heads / kv_heads)
  int kv_heads = 0;
  float scale = 1.f;         // of q k^T before the softmax
  HeldKeys* held = nullptr;  // optional; its scratch may change, its keys do not
  int held_layer = 0;
  int batches = 1;  // rows of q, k, v and out are as many equal groups, each of which sees itself only
};

/// What an RMS norm multiplies by and adds, and what the residual branch after it is multiplied by.
struct Modulation {
  Tensor scale;  // [1, width] f32: 1 + w
  Tensor shift;  // [1, width] f32; empty in plain norms
  Tensor gate;   // [1, width] f32; empty in plain norms
};

/// The way into an attention: a norm, then queries, keys and values of it, the first two rotated by position.
struct AttentionInputs {
  Tensor x;  // [rows, width] f32
  Modulation norm;
  Tensor normed;  // scratch [rows, width] compute; the normed rows, where a backend needs them in memory
  const QkvLinear* layer = nullptr;
  Tensor angles;  // [rows, head_dim] f32, see Ops::rope()
  Tensor q_out;   // [rows, heads * head_dim] compute; empty: keys and values alone
  Tensor k_out;   // [rows, kv_heads * head_dim] compute
  Tensor v_out;   // [rows, kv_heads * head_dim] compute
};

/// The gated MLP of a layer, from the norm before it to the sum behind it.
struct MlpBranch {
  Tensor x;         // [rows, width] f32
  Modulation norm;  // with its gate
  Tensor normed;    // scratch [rows, width] compute
  const Linear* gate_up = nullptr;
  Tensor hidden;  // [rows, mlp] compute: the unit's output afterwards, scratch where the layers are quantised
  const Linear* down = nullptr;
  Tensor branch;  // scratch [rows, width] f32
};

/// The end of one Euler step of a flow and, with `in`, the beginning of the next:
/// velocity = norm(x) W_out^T + b, actions += factor * velocity, tokens = actions W_in^T + b.
struct FlowStep {
  Tensor x;  // [rows, width] f32
  Modulation norm;
  Tensor normed;  // scratch [rows, width] f32
  const Linear* out = nullptr;
  Tensor velocity;  // [rows, dim] f32
  Tensor actions;   // [rows, dim] f32
  float factor = 0.f;
  const Linear* in = nullptr;  // may be missing
  Tensor tokens;               // [rows, width] f32; may be x
};

/// RGB picture of one camera on the host, [side, side, 3]: 8-bit pixels, or in their place levels of 0 .. 1.
struct Picture {
  const std::uint8_t* pixels = nullptr;
  int side = 0;
  const float* levels = nullptr;
  bool empty() const { return pixels == nullptr && levels == nullptr; }
};

}  // namespace awd
