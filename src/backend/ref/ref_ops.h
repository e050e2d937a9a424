// Operations of the reference backend; every family of ops is a file of this folder.
#pragma once

#include <vector>

#include "backend/ops.h"

namespace awd::ref {

/// Weights as they were read.
struct RefLinear : Linear {
  std::vector<float> weight;  // [out, in]
  std::vector<float> bias;    // [out] or empty
};

struct RefHeldKeys : HeldKeys {
  int width = 0;
  std::vector<float> k, v;  // [layers * capacity, width]
};

class RefOps : public Ops {
 public:
  void upload(std::span<const float> from, const Tensor& to) override;
  void download(const Tensor& from, std::span<float> to) override;
  void copy_rows(const Tensor& from, const Tensor& to) override;
  void gather_rows(const Tensor& from, std::span<const int> at, const Tensor& to) override;
  void scatter_rows(const Tensor& from, std::span<const int> at, const Tensor& to) override;
  void patchify(const Picture& picture, int patch, const Tensor& out) override;
  void linear(const Tensor& x, const Linear& layer, const Tensor& y, Write write) override;
  void linear_geglu(const Tensor& x, const Linear& layer, const Tensor& y) override;
  void hold(const Tensor& k, const Tensor& v, int tokens, HeldKeys& held) override;
  void attention(const AttentionArgs& args) override;
  void layer_norm(const Tensor& x, const Tensor& weight, const Tensor& bias, const Tensor& y) override;
  void rms_norm(const Tensor& x, const Tensor& scale, const Tensor& shift, const Tensor& y) override;
  void rope(const Tensor& x, const Tensor& angles) override;
  void gelu(const Tensor& x) override;
  void silu(const Tensor& x) override;
  void geglu(const Tensor& gate_up, const Tensor& out) override;
  void add_scaled(const Tensor& x, const Tensor& y, float factor) override;
  void add_gated(const Tensor& x, const Tensor& y, const Tensor& gate) override;

 private:
  void enter() override {}
  void leave() override {}

  std::vector<float> gate_up_;  // gates and what they multiply
};

}  // namespace awd::ref
