// Launches of small_linear.h: arguments checked, then put into the kernels' words.
#include "backend/cuda/small_heads.h"
#include "backend/cuda/small_launch.cuh"
#include "backend/cuda/small_linear.h"
#include "backend/cuda/tall_linear.h"

namespace awd::cuda {

namespace small {

View view_of(const SmallLayer& layer, const Tensor& x, const Modulation& norm) {
  const bool is_normed = !norm.scale.empty();
  const std::size_t row_bytes = std::size_t(x.stride) * bytes_of(x.dtype);
  AWD_CHECK(x.cols == layer.in && x.live_rows == nullptr, "{} columns for {} inputs", x.cols, layer.in);
  AWD_CHECK(x.dtype == (is_normed ? DType::kF32 : DType::kBf16));
  AWD_CHECK(reinterpret_cast<std::uintptr_t>(x.data) % 16 == 0 && row_bytes % 16 == 0, "stride {}", x.stride);
  View view{.weights = layer.weights.get(), .x = x.data, .x_stride = x.stride, .rows = x.rows, .in = layer.in};
  const int padded = layer.groups * layer.plan.units * tiles_of(layer.pairs) * 8;
  view.bias = layer.has_bias ? layer.columns : nullptr;
  view.scales = layer.number == SmallNumber::kBytes ? layer.columns + padded : nullptr;
  view.chunks = layer.chunks;
  view.cluster = layer.plan.cluster;
  view.scale = static_cast<const float*>(norm.scale.data);
  view.shift = static_cast<const float*>(norm.shift.data);
  return view;
}

}  // namespace small

void run_small_qkv(const SmallQkv& args, cudaStream_t stream) {
  const SmallLayer& layer = *args.layer;
  AWD_CHECK(layer.pairs == SmallPairs::kHeads && args.angles.cols == layer.head_dim);
  if (layer.plan.is_tall()) return run_tall_qkv(args, stream);
  const small::Heads output{heads_of(args)};
  small::launch_product<SmallPairs::kHeads, small::NormedRows>(layer, small::view_of(layer, args.x, args.norm), output,
                                                               stream);
}

void run_small_branch(const SmallBranch& args, cudaStream_t stream) {
  const SmallLayer& layer = *args.layer;
  AWD_CHECK(layer.pairs == SmallPairs::kNone && args.x.dtype == DType::kF32 && args.x.cols == layer.out());
  if (layer.plan.is_tall()) return run_tall_branch(args, stream);
  const small::AddBranch output{static_cast<float*>(args.x.data), args.x.stride, layer.out(),
                                static_cast<const float*>(args.gate.data)};
  small::launch_product<SmallPairs::kNone, small::PlainRows<small::Order::kTogether>>(
      layer, small::view_of(layer, args.input, {}), output, stream);
}

void run_small(const SmallStore& args, cudaStream_t stream) {
  const SmallLayer& layer = *args.layer;
  AWD_CHECK(layer.pairs == SmallPairs::kNone && args.y.cols == layer.out());
  if (layer.plan.is_tall()) return run_tall(args, stream);
  const small::Store output{args.y.data, args.y.stride, layer.out(), args.y.dtype == DType::kF32};
  small::launch_product<SmallPairs::kNone, small::PlainRows<small::Order::kTogether>>(
      layer, small::view_of(layer, args.x, {}), output, stream);
}

}  // namespace awd::cuda
