// The op contract: everything the engine asks of a backend. Shapes are [rows, columns], row-major with a row stride;
// "compute" is Device::compute_dtype(). Outputs never alias inputs unless a function says "in place".
// Against backend ref every op agrees within 1e-5 relative in f32 and 1e-2 in bf16 (of the largest value of the
// output); linear layers whose weights and rows are quantised to 8 bits agree within 3e-2. Sums, norms, softmax and
// rotations are f32 in every backend; results are rounded once, to the output's type.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

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

enum class Write { kReplace, kAdd };

/// One attention: every query row sees every key row.
struct AttentionArgs {
  Tensor q;              // [queries, heads * head_dim] compute
  Tensor k;              // [keys, kv_heads * head_dim] compute
  Tensor v;              // [keys, kv_heads * head_dim] compute
  Tensor out;            // [queries, heads * head_dim] compute
  Tensor scores;         // scratch, f32, at least heads * queries * keys elements
  Tensor probabilities;  // scratch, compute, at least heads * queries * keys elements
  Tensor key_share;      // optional f32: [1, keys] the mean over heads and queries of the probabilities, or
                         // [heads, keys] the mean over queries
  int heads = 0;         // head h reads key/value head h / (heads / kv_heads)
  int kv_heads = 0;
  float scale = 1.f;  // of q k^T before the softmax
};

/// RGB picture of one camera on the host, [side, side, 3]: 8-bit pixels, or in their place levels of 0 .. 1.
struct Picture {
  const std::uint8_t* pixels = nullptr;
  int side = 0;
  const float* levels = nullptr;
  bool empty() const { return pixels == nullptr && levels == nullptr; }
};

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

  // --- moving data
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
  /// out = softmax(scale q k^T) v, head by head.
  virtual void attention(const AttentionArgs& args) = 0;

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
};

}  // namespace awd
