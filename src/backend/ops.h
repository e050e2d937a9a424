// The op contract: everything the engine asks of a backend. Shapes are [rows, columns], row-major with a row stride;
// "compute" is Device::compute_dtype(). Outputs never alias inputs unless a function says "in place".
// Against backend ref every op agrees within 1e-5 relative in f32 and 1e-2 in bf16 (of the largest value of the
// output); linear layers whose weights and rows are quantised to 8 bits agree within 3e-2, or 9e-2 where these are
// floating point numbers. Sums, norms, softmax and rotations are f32 in every backend; results are rounded once, to the
// output's type.
#pragma once

#include <cstdint>
#include <span>

#include "backend/op_args.h"

namespace awd {

/// The operations of one session, in the order they are called. Not thread-safe.
class Ops {
 public:
  virtual ~Ops() = default;

  /// Makes the calling thread the one that runs this Ops (thread count, current device) until the scope ends.
  class Scope {
   public:
    explicit Scope(Ops& ops) : ops_(ops) { ops_.enter(); }
    ~Scope() { ops_.leave(); }
    Scope(const Scope&) = delete;
    Scope& operator=(const Scope&) = delete;

   private:
    Ops& ops_;
  };

  /// Makes `calls` of this Ops; a backend that records them runs the recording in their place when `key` comes again.
  /// For one key the calls must be the same but for what tensors hold and for set_live_rows(); they download nothing.
  template <class Calls>
  void run_recorded(std::uint64_t key, Calls&& calls) {
    if (!begin_recording(key)) return;
    try {
      calls();
    } catch (...) {
      end_recording(true);
      throw;
    }
    end_recording(false);
  }

  // --- rows that change between queries
  /// How many rows live() stands for from now on: the tokens of the prefix.
  virtual void set_live_rows(int rows) { live_rows_ = rows; }
  /// The first set_live_rows() rows of `tensor`. A backend that records gives all of them, and its operations look at
  /// the number when they run: rows behind it are not read, and what is written there is undefined.
  virtual Tensor live(const Tensor& tensor) const { return tensor.row_range(0, live_rows_); }

  // --- moving data
  /// Returns when all operations so far have ended.
  virtual void finish() {}
  /// Host f32 values, row by row, into `to` (converted to its type).
  virtual void upload(std::span<const float> from, const Tensor& to) = 0;
  /// `from` as f32 to the host, row by row; all earlier operations have ended on return.
  virtual void download(const Tensor& from, std::span<float> to) = 0;
  /// Row r of `to` = row r % from.rows of `from`, converted to its type.
  virtual void copy_rows(const Tensor& from, const Tensor& to) = 0;
  /// Row r of `to` = row at[r] of `from`; one type.
  virtual void gather_rows(const Tensor& from, std::span<const int> at, const Tensor& to) = 0;
  /// Row at[r] of `to` = row r of `from`; one type, no row twice.
  virtual void scatter_rows(const Tensor& from, std::span<const int> at, const Tensor& to) = 0;
  /// Cuts a picture into square patches: row patch_row * (side / patch) + patch_col, column (channel, y, x), f32,
  /// pixel values p / 127.5 - 1.
  virtual void patchify(const Picture& picture, int patch, const Tensor& out) = 0;

  // --- matrices
  /// y (+)= x W^T + b. x [rows, in] of the layer's type, y [rows, out] f32 or compute; kAdd needs y f32.
  virtual void linear(const Tensor& x, const Linear& layer, const Tensor& y, Write write) = 0;
  /// y [rows, out / 2] = gelu(left half) * right half of x W^T + b, the gated unit of an MLP; y compute, the layer
  /// packed as gated.
  virtual void linear_geglu(const Tensor& x, const Linear& layer, const Tensor& y) = 0;
  /// y [rows, out] = gelu(x W^T + b); y compute.
  virtual void linear_gelu(const Tensor& x, const Linear& layer, const Tensor& y);
  /// Keys and values [layers * n, kv_heads * head_dim] compute, the first `tokens` of each layer's n rows, for the
  /// attentions that follow.
  virtual void hold(const Tensor& k, const Tensor& v, int tokens, HeldKeys& held) = 0;
  /// out = softmax(scale q k^T) v, head by head.
  virtual void attention(const AttentionArgs& args) = 0;

  // --- parts of a Gemma layer and of the flow, which a backend may run in one piece
  /// normed = norm of x; q, k and v of it; q and k rotated.
  virtual void attention_inputs(const AttentionInputs& inputs);
  /// x += gate * (input W^T + b), or without the factor where `gate` is empty. x [rows, out] f32, gate [1, out] f32,
  /// branch scratch like x.
  virtual void add_branch(const Tensor& input, const Linear& layer, const Tensor& gate, const Tensor& x,
                          const Tensor& branch);
  /// y [rows, out / 2] = the gated unit of an MLP (see linear_geglu) on the norm of x; `normed` as in AttentionInputs.
  virtual void norm_geglu(const Tensor& x, const Modulation& norm, const Tensor& normed, const Linear& layer,
                          const Tensor& y);

  /// x += gate * (gated unit of the norm of x) W_down^T: norm_geglu(), then add_branch().
  virtual void add_mlp(const MlpBranch& mlp);
  /// See FlowStep.
  virtual void flow_step(const FlowStep& step);

  // --- rows
  /// y = (x - mean) / sqrt(variance + 1e-6) * weight + bias. x f32, weight and bias [1, cols] f32.
  virtual void layer_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, const Tensor& y) = 0;
  /// y = x / sqrt(mean(x^2) + 1e-6) * scale (+ shift, if not empty). x f32, scale and shift [1, cols] f32.
  virtual void rms_norm(const Tensor& x, const Tensor& scale, const Tensor& shift, const Tensor& y) = 0;
  /// In place: rotates each head of row r by row r of `angles` [rows, head_dim] f32 = cosines | sines (half each);
  /// halves (a, b) of a head become (a cos - b sin, b cos + a sin).
  virtual void rope(const Tensor& x, const Tensor& angles) = 0;

  // --- elements
  /// In place: tanh approximation of GELU; any type.
  virtual void gelu(const Tensor& x) = 0;
  /// In place: x * sigmoid(x); f32.
  virtual void silu(const Tensor& x) = 0;
  /// out [rows, n] = gelu(left half) * right half of gate_up [rows, 2 n]; both compute.
  virtual void geglu(const Tensor& gate_up, const Tensor& out) = 0;
  /// x += factor * y; f32.
  virtual void add_scaled(const Tensor& x, const Tensor& y, float factor) = 0;
  /// x += y * gate, gate [1, cols]; f32.
  virtual void add_gated(const Tensor& x, const Tensor& y, const Tensor& gate) = 0;

 private:
  virtual void enter() = 0;
  virtual void leave() = 0;
  /// Runs the recording of that name and returns false, or returns true: the calls are to be made now.
  virtual bool begin_recording(std::uint64_t) { return true; }
  /// The calls have been made, or an exception has left them.
  virtual void end_recording(bool /*is_abandoned*/) {}

  int live_rows_ = 0;
};

}  // namespace awd
