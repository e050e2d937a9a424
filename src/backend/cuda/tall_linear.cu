// Launches of tall_linear.h: arguments checked, then put into the kernels' words.
#include <algorithm>

#include "backend/cuda/tall_kernel.cuh"
#include "backend/cuda/tall_linear.h"

namespace awd::cuda {
namespace {

using namespace tall;

constexpr int kWidth = 1024;    // of the expert
constexpr int kUsualRows = 10;  // of a horizon of 10: fewer instructions than for any number

bool is_hopper() {
  int device = 0, major = 0, minor = 0;
  AWD_CUDA(cudaGetDevice(&device));
  AWD_CUDA(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device));
  AWD_CUDA(cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, device));
  return major == 9 && minor == 0;
}

View view_of(const SmallLayer& layer, const Tensor& x, const Modulation& norm) {
  const bool is_normed = !norm.scale.empty();
  AWD_CHECK(x.cols == layer.in && x.live_rows == nullptr, "{} columns for {} inputs", x.cols, layer.in);
  AWD_CHECK(x.dtype == (is_normed ? DType::kF32 : DType::kBf16));
  AWD_CHECK(reinterpret_cast<std::uintptr_t>(x.data) % 16 == 0 && std::size_t(x.stride) * bytes_of(x.dtype) % 16 == 0,
            "stride {}", x.stride);
  View v{.weights = layer.weights.get(), .x = x.data, .x_stride = x.stride, .rows = x.rows};
  v.scale = static_cast<const float*>(norm.scale.data);
  v.shift = static_cast<const float*>(norm.shift.data);
  AWD_CHECK(v.rows > 0 && v.all_rows() <= kMostRows, "{} rows", v.rows);
  return v;
}

template <class F, class Kernel, class Output>
void start(Kernel kernel, const SmallLayer& layer, const View& v, const Output& output, cudaStream_t stream) {
  AWD_CHECK(layer.in == F::kInputs);
  const Shape shape{.grid = dim3(unsigned(layer.groups * F::kCluster)),
                    .block = dim3(kThreads),
                    .shared_bytes = std::size_t(typename F::Layout(v, v.scale != nullptr).total),
                    .cluster = F::kCluster};
  allow_shared_memory(kernel, shape.shared_bytes);
  // The split of cache and shared memory must not change between kernels that share a multiprocessor.
  AWD_CUDA(cudaFuncSetAttribute(reinterpret_cast<const void*>(kernel), cudaFuncAttributePreferredSharedMemoryCarveout,
                                cudaSharedmemCarveoutMaxShared));
  launch(kernel, shape, stream, v, output);
}

template <int kSlots, class Output>
void start_slots(const SmallLayer& layer, const View& v, const Output& output, cudaStream_t stream) {
  using F = Form<kWidth / kStage / kGroups, kSlots, 1>;
  if (v.scale == nullptr) {
    start<F>(paired_kernel<F, PlainRows<F::kGroupInputs>, Output>, layer, v, output, stream);
  } else if (v.rows == kUsualRows) {
    start<F>(paired_kernel<F, NormedRows<kUsualRows>, Output>, layer, v, output, stream);
  } else {
    start<F>(paired_kernel<F, NormedRows<kMostRows>, Output>, layer, v, output, stream);
  }
}

template <class Output>
void start_paired(const SmallLayer& layer, const View& v, const Output& output, cudaStream_t stream) {
  switch (layer.plan.slots) {
    case 4:
      return start_slots<4>(layer, v, output, stream);
    case 5:
      return start_slots<5>(layer, v, output, stream);
    case 6:
      return start_slots<6>(layer, v, output, stream);
    case 8:
      return start_slots<8>(layer, v, output, stream);
    default:
      AWD_CHECK(false, "{} slots", layer.plan.slots);
  }
}

template <class Output>
void start_shared(const SmallLayer& layer, const View& v, const Output& output, cudaStream_t stream) {
  const auto is = [&](int stages, int slots, int cluster) {
    return layer.in == stages * kGroups * kStage * cluster && layer.plan.slots == slots &&
           layer.plan.cluster == cluster;
  };
#define AWD_FORM(STAGES, SLOTS, CLUSTER)                                 \
  if (is(STAGES, SLOTS, CLUSTER)) {                                      \
    using F = Form<STAGES, SLOTS, CLUSTER>;                              \
    return start<F>(shared_kernel<F, Output>, layer, v, output, stream); \
  }
  AWD_FORM(2, 2, 8)
  AWD_FORM(4, 4, 4)
  AWD_FORM(4, 4, 8)
  AWD_FORM(4, 3, 8)
  AWD_FORM(4, 2, 8)
  AWD_FORM(8, 4, 4)
  AWD_FORM(8, 8, 4)
#undef AWD_FORM
  AWD_CHECK(false, "{} inputs, {} slots, cluster {}", layer.in, layer.plan.slots, layer.plan.cluster);
}

}  // namespace

SmallPlan tall_plan(const SmallSource& source) {
  const bool is_paired = source.pairs != SmallPairs::kNone;
  const int extra = is_paired ? 1 : 0;  // the shift
  if (!is_hopper() || source.number != SmallNumber::kBf16 || source.bias != nullptr || source.rows <= 0 ||
      source.rows + extra > kMostRows || source.out() % kTile != 0) {
    return {};
  }
  constexpr int kUnits = kTile / 8;
  if (is_paired) return source.in == kWidth ? SmallPlan{.units = kUnits / 2, .slots = 6} : SmallPlan{};
  if (source.in == 2048) return {.units = kUnits, .cluster = 8, .slots = 2};
  if (source.in == 4096) return {.units = kUnits, .cluster = 8, .slots = 4};
  return {};
}

void run_tall_qkv(const SmallQkv& args, cudaStream_t stream) {
  const SmallLayer& layer = *args.layer;
  Heads output{};
  const Tensor* y[3] = {&args.q, &args.k, &args.v};
  for (int i = 0; i < 3; ++i) {
    const int out = layer.outs[std::size_t(i)];
    AWD_CHECK(out == 0 || (y[i]->cols == out && y[i]->dtype == DType::kBf16), "part {}: {} columns", i, y[i]->cols);
    output.parts[i] = {static_cast<__nv_bfloat16*>(y[i]->data), y[i]->stride, out};
  }
  output.angles = static_cast<const float*>(args.angles.data);
  output.angles_stride = args.angles.stride;
  output.half = layer.head_dim / 2;
  start_paired(layer, view_of(layer, args.x, args.norm), output, stream);
}

void run_tall_geglu(const SmallGeglu& args, cudaStream_t stream) {
  AWD_CHECK(args.y.dtype == DType::kBf16 && args.y.cols == args.layer->out() / 2);
  const Geglu output{static_cast<__nv_bfloat16*>(args.y.data), args.y.stride};
  start_paired(*args.layer, view_of(*args.layer, args.x, args.norm), output, stream);
}

void run_tall_branch(const SmallBranch& args, cudaStream_t stream) {
  AWD_CHECK(args.x.dtype == DType::kF32 && args.x.cols == args.layer->out());
  const AddBranch output{static_cast<float*>(args.x.data), args.x.stride, static_cast<const float*>(args.gate.data)};
  start_shared(*args.layer, view_of(*args.layer, args.input, {}), output, stream);
}

void run_tall(const SmallStore& args, cudaStream_t stream) {
  const Store output{args.y.data, args.y.stride, args.y.dtype == DType::kF32};
  start_shared(*args.layer, view_of(*args.layer, args.x, {}), output, stream);
}

}  // namespace awd::cuda
