// Parts of a Gemma layer: in one piece on the tile unit, else operation by operation.
#include "backend/cpu/amx/amx.h"
#include "backend/cpu/cpu_ops.h"

namespace awd::cpu {

void CpuOps::attention_inputs(const AttentionInputs& in) {
  if (!on_tile_unit(in.normed)) return Ops::attention_inputs(in);
  AWD_CHECK(in.x.rows == in.normed.rows && in.x.cols == in.normed.cols && in.x.cols == in.layer->k->in);
  AWD_CHECK(in.k_out.rows == in.x.rows && in.k_out.cols == in.layer->k->out && in.k_out.cols % in.angles.cols == 0);
  AWD_CHECK(in.v_out.rows == in.x.rows && in.v_out.cols == in.layer->v->out && in.angles.rows == in.x.rows);
  AWD_CHECK(in.q_out.empty() || (in.q_out.rows == in.x.rows && in.q_out.cols == in.layer->q->out));
  amx::attention_inputs(in, scratch_);
}

void CpuOps::add_branch(const Tensor& input, const Linear& layer, const Tensor& gate, const Tensor& x,
                        const Tensor& branch) {
  if (!on_tile_unit(input)) return Ops::add_branch(input, layer, gate, x, branch);
  AWD_CHECK(input.cols == layer.in && x.cols == layer.out && x.rows == input.rows && x.dtype == DType::kF32);
  AWD_CHECK(gate.empty() || gate.cols == layer.out);
  amx::add_branch(input, layer, gate, x, scratch_);
}

void CpuOps::norm_geglu(const Tensor& x, const Modulation& norm, const Tensor& normed, const Linear& layer,
                        const Tensor& y) {
  if (!on_tile_unit(normed)) return Ops::norm_geglu(x, norm, normed, layer, y);
  AWD_CHECK(x.rows == normed.rows && x.cols == normed.cols && x.cols == layer.in);
  AWD_CHECK(y.rows == x.rows && 2 * y.cols == layer.out);
  amx::norm_geglu({x, norm, normed, layer, y}, scratch_);
}

}  // namespace awd::cpu
