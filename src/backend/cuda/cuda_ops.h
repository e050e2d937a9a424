// Operations of one session on the GPU: which kernels an operation becomes. All run on one stream of the session's own.
#pragma once

#include "backend/cuda/cuda_linear.h"
#include "backend/cuda/recorder.h"
#include "backend/cuda/staging.h"
#include "backend/cuda/stream_order.h"
#include "backend/ops.h"

namespace awd::cuda {

class CudaOps final : public Ops {
 public:
  /// `compute_capability` is 10 * major + minor of the current device; `order` is that of its sessions. Waits for all
  /// that the device has begun.
  CudaOps(int compute_capability, StreamOrder& order);
  ~CudaOps() override;

  void set_live_rows(int rows) override;
  Tensor live(const Tensor& tensor) const override;

  void finish() override;
  void upload(std::span<const float> from, const Tensor& to) override;
  void download(const Tensor& from, std::span<float> to) override;
  void copy_rows(const Tensor& from, const Tensor& to) override;
  void gather_rows(const Tensor& from, std::span<const int> at, const Tensor& to) override;
  void scatter_rows(const Tensor& from, std::span<const int> at, const Tensor& to) override;
  void patchify(const Picture& picture, int patch, const Tensor& out) override;

  void linear(const Tensor& x, const Linear& layer, const Tensor& y, Write write) override;
  void linear_geglu(const Tensor& x, const Linear& layer, const Tensor& y) override;
  void linear_gelu(const Tensor& x, const Linear& layer, const Tensor& y) override;
  void hold(const Tensor& k, const Tensor& v, int tokens, HeldKeys& held) override;
  void attention(const AttentionArgs& args) override;

  void attention_inputs(const AttentionInputs& inputs) override;
  void add_branch(const Tensor& input, const Linear& layer, const Tensor& gate, const Tensor& x,
                  const Tensor& branch) override;
  void norm_geglu(const Tensor& x, const Modulation& norm, const Tensor& normed, const Linear& layer,
                  const Tensor& y) override;
  void add_mlp(const MlpBranch& mlp) override;
  void flow_step(const FlowStep& step) override;

  void layer_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, const Tensor& y) override;
  void rms_norm(const Tensor& x, const Tensor& scale, const Tensor& shift, const Tensor& y) override;
  void rope(const Tensor& x, const Tensor& angles) override;
  void gelu(const Tensor& x) override;
  void silu(const Tensor& x) override;
  void geglu(const Tensor& gate_up, const Tensor& out) override;
  void add_scaled(const Tensor& x, const Tensor& y, float factor) override;
  void add_gated(const Tensor& x, const Tensor& y, const Tensor& gate) override;

 private:
  void enter() override;
  void leave() override;
  bool begin_recording(std::uint64_t key) override { return recorder_.begin(key); }
  void end_recording(bool is_abandoned) override { recorder_.end(is_abandoned); }

  cudaStream_t stream() const { return stream_.get(); }
  /// The product of a layer packed for many rows.
  void run_big_layer(const Tensor& x, const BigWeight& weight, BigResult result, const Tensor& y);
  /// attention_inputs() of a layer packed for many rows; false where it is not.
  bool run_big_inputs(const AttentionInputs& inputs);

  int compute_capability_;
  StreamOrder& order_;
  Stream stream_;
  Event scope_end_;
  Staging staging_;
  Recorder recorder_;
  PinnedBytes arrivals_;  // of download()
  Buffer live_word_;      // one int
  int live_rows_ = 0;     // what it holds
};

}  // namespace awd::cuda
