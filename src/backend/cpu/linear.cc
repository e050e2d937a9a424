// CPU linear layers: checks, then the layer runs itself.
#include "backend/cpu/cpu_ops.h"

namespace awd::cpu {

void CpuOps::linear(const Tensor& x, const Linear& layer, const Tensor& y, Write write) {
  AWD_CHECK(x.cols == layer.in && y.cols == layer.out && x.rows == y.rows && x.dtype == layer.dtype,
            "{} x {} by {} x {}", x.rows, x.cols, layer.out, layer.in);
  AWD_CHECK(write == Write::kReplace || y.dtype == DType::kF32);
  const Finish finish = write == Write::kAdd ? Finish::kAdd : Finish::kReplace;
  static_cast<const CpuLinear&>(layer).run(x, y, finish, scratch_);
}

void CpuOps::linear_gelu(const Tensor& x, const Linear& layer, const Tensor& y) {
  if (!on_tile_unit(x)) return Ops::linear_gelu(x, layer, y);
  AWD_CHECK(x.cols == layer.in && y.cols == layer.out && x.rows == y.rows && x.dtype == layer.dtype,
            "{} x {} by {} x {}", x.rows, x.cols, layer.out, layer.in);
  static_cast<const CpuLinear&>(layer).run(x, y, Finish::kGelu, scratch_);
}

void CpuOps::linear_geglu(const Tensor& x, const Linear& layer, const Tensor& y) {
  AWD_CHECK(x.cols == layer.in && 2 * y.cols == layer.out && x.rows == y.rows && x.dtype == layer.dtype,
            "{} x {} by {} x {}", x.rows, x.cols, layer.out, layer.in);
  static_cast<const CpuLinear&>(layer).run(x, y, Finish::kGeglu, scratch_);
}

}  // namespace awd::cpu
