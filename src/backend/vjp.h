// Vector-Jacobian products of Ops: from the gradient of one scalar with respect to an op's output, the gradient with
// respect to its inputs. d_x is that of x and has its shape. Only the ops between a velocity and the image tokens are
// here, and only inputs: weights, scales and gates are constants. The product of a linear layer is the linear layer of
// the transposed weights (d_x = d_y W); that of an addition is a copy.
// All tensors are f32 in host memory. Against central differences in double every product agrees within 1e-5 of its
// largest value.
#pragma once

#include <memory>

#include "backend/tensor.h"

namespace awd {

/// Of AttentionArgs: out = softmax(scale q k^T) v, head by head.
struct AttentionVjpArgs {
  Tensor q;        // [queries, heads * head_dim]
  Tensor k, v;     // [keys, kv_heads * head_dim]
  Tensor d_out;    // [queries, heads * head_dim]
  Tensor d_q;      // [queries, heads * head_dim], replaced
  Tensor d_k;      // [keys, kv_heads * head_dim], added to: later queries may have seen the same keys
  Tensor d_v;      // likewise
  Tensor scratch;  // at least 2 * queries * keys elements
  int heads = 0;
  int kv_heads = 0;
  float scale = 1.f;
};

/// The products of one session. Not thread-safe; threads are those of the surrounding Ops::Scope.
class Vjp {
 public:
  virtual ~Vjp() = default;

  virtual void attention(const AttentionVjpArgs& args) = 0;
  /// Of y = rms_norm(x, scale, any shift): d_x += ...
  virtual void rms_norm(const Tensor& x, const Tensor& scale, const Tensor& d_y, const Tensor& d_x) = 0;
  /// Of rope, in place: the gradient after the rotation becomes the one before it.
  virtual void rope(const Tensor& d_x, const Tensor& angles) = 0;
  /// Of out = geglu(gate_up).
  virtual void geglu(const Tensor& gate_up, const Tensor& d_out, const Tensor& d_gate_up) = 0;
  /// Of x += y * gate: d_y = d_x * gate; d_x stays as it is.
  virtual void add_gated(const Tensor& d_x, const Tensor& gate, const Tensor& d_y) = 0;
};

/// For tensors of a CPU device.
std::unique_ptr<Vjp> make_cpu_vjp();

}  // namespace awd
