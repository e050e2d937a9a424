// Operations with packed layers: small products (few rows) in one kernel with their norm and what follows, big ones
// with what follows, all others by the plain kernels.
#include "backend/cuda/cuda_ops.h"
#include "backend/cuda/norms.h"
#include "backend/cuda/small_flow.h"

namespace awd::cuda {

void CudaOps::run_big_layer(const Tensor& x, const BigWeight& weight, BigResult result, const Tensor& y) {
  AWD_CHECK(x.cols == weight.in && x.rows == y.rows && x.dtype == DType::kBf16);
  run_big({.x = x.data,
           .rows = x.rows,
           .stride = x.stride,
           .live_rows = x.live_rows,
           .likely_rows = x.live_rows == nullptr ? 0 : live_rows_,
           .weights = {&weight},
           .result = result,
           .y = {{{y.data, y.stride}}}},
          stream());
}

void CudaOps::linear(const Tensor& x, const Linear& layer, const Tensor& y, Write write) {
  const CudaLinear& packed = cuda_linear(layer);
  const bool adds = write == Write::kAdd;
  AWD_CHECK(y.cols == packed.out && (!adds || y.dtype == DType::kF32));
  const SmallLayer* small = packed.is_gated ? nullptr : packed.small_for(x.rows);
  if (small != nullptr && adds) {
    run_small_branch({.layer = small, .input = x, .gate = {}, .x = y}, stream());
  } else if (small != nullptr) {
    run_small({.layer = small, .x = x, .y = y}, stream());
  } else if (packed.big != nullptr) {
    AWD_CHECK(!packed.is_gated, "a gated layer as a plain one");
    const BigResult stored = y.dtype == DType::kF32 ? BigResult::kF32 : BigResult::kBf16;
    run_big_layer(x, *packed.big, adds ? BigResult::kAdd : stored, y);
  } else {
    run_plain(x, packed.plain, adds ? PlainResult::kAdd : PlainResult::kStore, y, stream());
  }
}

void CudaOps::linear_geglu(const Tensor& x, const Linear& layer, const Tensor& y) {
  const CudaLinear& packed = cuda_linear(layer);
  AWD_CHECK(packed.is_gated && y.cols == packed.out / 2);
  if (const SmallLayer* small = packed.small_for(x.rows)) {
    run_small_geglu({.layer = small, .x = x, .norm = {}, .y = y}, stream());
  } else if (packed.big != nullptr) {
    run_big_layer(x, *packed.big, BigResult::kGeglu, y);
  } else {
    run_plain(x, packed.plain, PlainResult::kGeglu, y, stream());
  }
}

void CudaOps::linear_gelu(const Tensor& x, const Linear& layer, const Tensor& y) {
  const CudaLinear& packed = cuda_linear(layer);
  AWD_CHECK(y.cols == packed.out);
  if (packed.big != nullptr) {
    run_big_layer(x, *packed.big, BigResult::kGelu, y);
  } else {
    run_plain(x, packed.plain, PlainResult::kGelu, y, stream());
  }
}

void CudaOps::attention_inputs(const AttentionInputs& inputs) {
  const auto& layer = static_cast<const CudaQkvLinear&>(*inputs.layer);
  const bool is_whole = !inputs.q_out.empty();
  if (layer.small != nullptr && is_whole && inputs.x.rows <= layer.small_rows) {
    run_small_qkv({.layer = layer.small.get(),
                   .x = inputs.x,
                   .norm = inputs.norm,
                   .angles = inputs.angles,
                   .q = inputs.q_out,
                   .k = inputs.k_out,
                   .v = inputs.v_out},
                  stream());
  } else if (!run_big_inputs(inputs)) {
    Ops::attention_inputs(inputs);
  }
}

bool CudaOps::run_big_inputs(const AttentionInputs& inputs) {
  constexpr int kHeadDim = 256;  // what the kernel rotates
  const bool has_queries = !inputs.q_out.empty();
  const BigWeight* q = has_queries ? cuda_linear(*inputs.layer->q).big.get() : nullptr;
  const BigWeight* k = cuda_linear(*inputs.layer->k).big.get();
  const BigWeight* v = cuda_linear(*inputs.layer->v).big.get();
  if (k == nullptr || v == nullptr || (has_queries && q == nullptr)) return false;
  if (inputs.angles.cols != kHeadDim || !inputs.angles.contiguous()) return false;
  const Tensor& normed = inputs.normed;
  rms_norm(inputs.x, inputs.norm.scale, inputs.norm.shift, normed);
  run_big({.x = normed.data,
           .rows = normed.rows,
           .stride = normed.stride,
           .live_rows = normed.live_rows,
           .likely_rows = normed.live_rows == nullptr ? 0 : live_rows_,
           .weights = {q, k, v},
           .result = BigResult::kRotated,
           .y = {{{inputs.q_out.data, inputs.q_out.stride},
                  {inputs.k_out.data, inputs.k_out.stride},
                  {inputs.v_out.data, inputs.v_out.stride}}},
           .angles = static_cast<const float*>(inputs.angles.data)},
          stream());
  return true;
}

void CudaOps::add_branch(const Tensor& input, const Linear& layer, const Tensor& gate, const Tensor& x,
                         const Tensor& branch) {
  const SmallLayer* small = cuda_linear(layer).small_for(input.rows);
  if (small == nullptr) {
    Ops::add_branch(input, layer, gate, x, branch);
    return;
  }
  run_small_branch({.layer = small, .input = input, .gate = gate, .x = x}, stream());
}

void CudaOps::norm_geglu(const Tensor& x, const Modulation& norm, const Tensor& normed, const Linear& layer,
                         const Tensor& y) {
  const SmallLayer* small = cuda_linear(layer).small_for(x.rows);
  if (small == nullptr) {
    Ops::norm_geglu(x, norm, normed, layer, y);
    return;
  }
  run_small_geglu({.layer = small, .x = x, .norm = norm, .y = y}, stream());
}

void CudaOps::add_mlp(const MlpBranch& mlp) {
  const CudaLinear &gated = cuda_linear(*mlp.gate_up), &last = cuda_linear(*mlp.down);
  const SmallLayer* few = gated.small_for(mlp.x.rows);
  if (few != nullptr && few->number == SmallNumber::kE4m3) {
    run_small_geglu({.layer = few,
                     .x = mlp.x,
                     .norm = mlp.norm,
                     .y = mlp.hidden,
                     .x_scale = gated.input_scale,
                     .y_scale = last.input_scale},
                    stream());
    run_small_branch({.layer = last.small.get(),
                      .input = mlp.hidden,
                      .gate = mlp.norm.gate,
                      .x = mlp.x,
                      .input_scale = last.input_scale},
                     stream());
    return;
  }
  const BigWeight *gate_up = gated.big.get(), *down = last.big.get();
  if (gate_up == nullptr || gate_up->number != BigNumber::kE4m3) {
    Ops::add_mlp(mlp);
    return;
  }
  AWD_CHECK(down != nullptr && down->number == BigNumber::kE4m3 && mlp.norm.gate.empty());
  // The narrow numbers lie in the memory of the wide ones.
  rms_norm_e4m3(mlp.x, mlp.norm.scale, mlp.norm.shift, mlp.normed.data, gated.input_scale, stream());
  BigProduct product{.x = mlp.normed.data,
                     .rows = mlp.x.rows,
                     .stride = gate_up->in,
                     .live_rows = mlp.x.live_rows,
                     .likely_rows = mlp.x.live_rows == nullptr ? 0 : live_rows_,
                     .x_scale = gated.input_scale,
                     .weights = {gate_up},
                     .result = BigResult::kGeglu,
                     .y = {{{mlp.hidden.data, gate_up->out / 2}}},
                     .y_scale = last.input_scale};
  run_big(product, stream());
  product.x = mlp.hidden.data;
  product.stride = down->in;
  product.x_scale = last.input_scale;
  product.weights = {down};
  product.result = BigResult::kAdd;
  product.y = {{{mlp.x.data, mlp.x.stride}}};
  product.y_scale = 0.f;
  run_big(product, stream());
}

void CudaOps::flow_step(const FlowStep& step) {
  if (!small_flow_fits(step.x.cols, step.actions.cols, compute_capability_)) {
    Ops::flow_step(step);
    return;
  }
  run_small_flow({.x = step.x,
                  .norm = step.norm,
                  .out = &cuda_linear(*step.out).plain,
                  .velocity = step.velocity,
                  .actions = step.actions,
                  .factor = step.factor,
                  .in = step.in == nullptr ? nullptr : &cuda_linear(*step.in).plain,
                  .tokens = step.tokens},
                 stream());
}

}  // namespace awd::cuda
