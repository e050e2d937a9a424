// Reference linear layer: one dot product per output element.
#include "backend/ref/ref_ops.h"
#include "backend/ref/rows.h"

namespace awd::ref {

void RefOps::linear(const Tensor& x, const Linear& layer, const Tensor& y, Write write) {
  const auto& w = static_cast<const RefLinear&>(layer);
  AWD_CHECK(x.cols == w.in && y.cols == w.out && x.rows == y.rows, "{} x {} by {} x {}", x.rows, x.cols, w.out, w.in);
  for (int r = 0; r < x.rows; ++r) {
    const float* from = row(x, r);
    float* to = row(y, r);
    for (int o = 0; o < w.out; ++o) {
      const float* weight = w.weight.data() + std::size_t(o) * std::size_t(w.in);
      float sum = w.bias.empty() ? 0.f : w.bias[std::size_t(o)];
      for (int i = 0; i < w.in; ++i) sum += weight[i] * from[i];
      to[o] = write == Write::kAdd ? to[o] + sum : sum;
    }
  }
}

void RefOps::linear_geglu(const Tensor& x, const Linear& layer, const Tensor& y) {
  gate_up_.resize(std::size_t(x.rows) * std::size_t(layer.out));
  const Tensor gate_up{gate_up_.data(), x.rows, layer.out, layer.out, DType::kF32};
  linear(x, layer, gate_up, Write::kReplace);
  geglu(gate_up, y);
}

}  // namespace awd::ref
