// The launch of the gated unit of small_linear.h, apart because its kernels take the longest to compile.
#include "backend/cuda/small_launch.cuh"
#include "backend/cuda/tall_linear.h"

namespace awd::cuda {

void run_small_geglu(const SmallGeglu& args, cudaStream_t stream) {
  const SmallLayer& layer = *args.layer;
  AWD_CHECK(layer.pairs == SmallPairs::kGated && args.y.dtype == DType::kBf16 && args.y.cols == layer.out() / 2);
  if (layer.plan.is_tall()) return run_tall_geglu(args, stream);
  const small::Geglu output{static_cast<__nv_bfloat16*>(args.y.data), args.y.stride, args.y.cols};
  const small::View view = small::view_of(layer, args.x, args.norm);
  if (args.norm.scale.empty()) {
    small::launch_product<SmallPairs::kGated, small::PlainRows<small::Order::kApart>>(layer, view, output, stream);
  } else {
    small::launch_product<SmallPairs::kGated, small::NormedRows>(layer, view, output, stream);
  }
}

}  // namespace awd::cuda
