// CPU linear layer: one oneDNN product.
#include "backend/cpu/cpu_ops.h"

namespace awd::cpu {

void CpuOps::linear(const Tensor& x, const Linear& layer, const Tensor& y, Write write) {
  const auto& packed = static_cast<const PackedLinear&>(layer);
  AWD_CHECK(x.cols == layer.in && y.cols == layer.out && x.rows == y.rows && x.dtype == layer.dtype,
            "{} x {} by {} x {}", x.rows, x.cols, layer.out, layer.in);
  AWD_CHECK(write == Write::kReplace || y.dtype == DType::kF32);
  const MatmulShape shape{.m = x.rows,
                          .k = x.cols,
                          .n = y.cols,
                          .a_stride = x.stride,
                          .c_stride = y.stride,
                          .in = x.dtype,
                          .out = y.dtype,
                          .bias = bool(packed.bias),
                          .add = write == Write::kAdd};
  matmuls_.run(shape, x.data, packed, y.data);
}

}  // namespace awd::cpu
