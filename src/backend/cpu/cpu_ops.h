// Operations of the CPU backend; every family of ops is a file of this folder.
#pragma once

#include "backend/cpu/cpu_linear.h"
#include "backend/ops.h"

namespace awd::cpu {

class CpuOps : public Ops {
 public:
  /// `has_tile_unit`: AMX may be used.
  CpuOps(int threads, bool has_tile_unit) : threads_(threads), has_tile_unit_(has_tile_unit) {}

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
  /// True where layers of these rows are the tile unit's.
  bool on_tile_unit(const Tensor& rows) const { return has_tile_unit_ && rows.dtype == DType::kBf16; }

  int threads_;
  bool has_tile_unit_;
  int outer_threads_ = 0;  // of the calling thread before enter()
  LinearScratch scratch_;
};

}  // namespace awd::cpu
