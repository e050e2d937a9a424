// The CPU backend's Vjp; every product is a file vjp_*.cc of this folder.
#pragma once

#include "backend/cpu/matmul.h"
#include "backend/vjp.h"

namespace awd::cpu {

class CpuVjp : public Vjp {
 public:
  void attention(const AttentionVjpArgs& args) override;
  void rms_norm(const Tensor& x, const Tensor& scale, const Tensor& d_y, const Tensor& d_x) override;
  void rope(const Tensor& d_x, const Tensor& angles) override;
  void geglu(const Tensor& gate_up, const Tensor& d_out, const Tensor& d_gate_up) override;
  void add_gated(const Tensor& d_x, const Tensor& gate, const Tensor& d_y) override;

 private:
  Matmuls matmuls_;
};

}  // namespace awd::cpu
