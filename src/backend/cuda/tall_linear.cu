// Launches of tall_linear.h: arguments checked, then put into the kernels' words.
#include <algorithm>

#include "backend/cuda/big_linear.h"
#include "backend/cuda/small_heads.h"
#include "backend/cuda/tall_kernel.cuh"
#include "backend/cuda/tall_linear.h"

namespace awd::cuda {
namespace {

using namespace tall;

constexpr int kWidth = 1024, kMlp = 4096;  // of the expert
constexpr int kHeadColumns = 2048;         // of all its query heads
// Stages that have a place in shared memory, blocks of a cluster, and shared memory that a block takes at least: the
// fastest of those tried on an H100. They decide which kernels find a place beside each other on a multiprocessor, so
// that weights arrive early, and that no two blocks of one kernel do, where there are fewer than multiprocessors.
constexpr int kKilo = 1024;
constexpr int kQkvSlots = 8, kGatedSlots = 6;
constexpr int kHeadSlots = 4, kHeadCluster = 4, kHeadLeast = 114 * kKilo;
constexpr int kDownSlots = 4, kDownCluster = 8;
// The same where the MLPs are e4m3.
constexpr int kNarrowQkvSlots = 6, kNarrowHeadLeast = 144 * kKilo;
constexpr int kNarrowGatedSlots = 4, kNarrowGatedLeast = 84 * kKilo;
constexpr int kNarrowDownSlots = 2, kNarrowDownLeast = 54 * kKilo;
constexpr int kUsualRows = 10;  // of a horizon of 10: fewer instructions than for any number
constexpr SmallNumber kBf16 = SmallNumber::kBf16, kE4m3 = SmallNumber::kE4m3;

View view_of(const SmallLayer& layer, const Tensor& x, const Modulation& norm, float x_scale) {
  const bool is_normed = !norm.scale.empty(), is_e4m3 = layer.number == kE4m3;
  AWD_CHECK(x.cols == layer.in && x.live_rows == nullptr, "{} columns for {} inputs", x.cols, layer.in);
  AWD_CHECK(x.dtype == (is_normed ? DType::kF32 : DType::kBf16) && (!is_e4m3 || x_scale > 0.f), "scale {}", x_scale);
  const bool is_narrow = is_e4m3 && !is_normed;
  const std::size_t row_bytes = is_narrow ? std::size_t(x.cols) : std::size_t(x.stride) * bytes_of(x.dtype);
  AWD_CHECK(reinterpret_cast<std::uintptr_t>(x.data) % 16 == 0 && row_bytes % 16 == 0, "stride {}", x.stride);
  View v{.weights = layer.weights.get(), .x = x.data, .x_stride = is_narrow ? x.cols : x.stride, .rows = x.rows};
  if (is_e4m3) {
    v.scales = layer.columns + layer.groups * kTile;
    v.x_scale = x_scale;
  }
  v.scale = static_cast<const float*>(norm.scale.data);
  v.shift = static_cast<const float*>(norm.shift.data);
  AWD_CHECK(v.rows > 0 && v.rows + (v.shift != nullptr ? 1 : 0) <= kMostRows, "{} rows", v.rows);
  return v;
}

template <class F, class Kernel, class Output>
void start(Kernel kernel, const SmallLayer& layer, const View& v, const Output& output, cudaStream_t stream) {
  AWD_CHECK(layer.in == F::kInputs && layer.number == F::kNumber, "{} inputs", layer.in);
  AWD_CHECK(layer.plan.slots == F::kSlots && layer.plan.cluster == F::kCluster, "{} slots", layer.plan.slots);
  const typename F::Layout layout(v.rows + (v.shift != nullptr ? 1 : 0));
  const Shape shape{.grid = dim3(unsigned(layer.groups * F::kCluster)),
                    .block = dim3(kThreads),
                    .shared_bytes = std::size_t(std::max(layout.total, layer.plan.least_shared)),
                    .cluster = F::kCluster};
  allow_shared_memory(kernel, shape.shared_bytes);
  // The split of cache and shared memory must not change between kernels that share a multiprocessor.
  AWD_CUDA(cudaFuncSetAttribute(reinterpret_cast<const void*>(kernel), cudaFuncAttributePreferredSharedMemoryCarveout,
                                cudaSharedmemCarveoutMaxShared));
  launch(kernel, shape, stream, v, output);
}

template <class F, template <class, int> class NormedRowsOf, class Output>
void start_normed(const SmallLayer& layer, const View& v, const Output& output, cudaStream_t stream) {
  if (v.rows == kUsualRows) {
    start<F>(paired_kernel<F, NormedRowsOf<F, kUsualRows>, Output>, layer, v, output, stream);
  } else {
    start<F>(paired_kernel<F, NormedRowsOf<F, kMostRows>, Output>, layer, v, output, stream);
  }
}

template <int kSlots, class Output>
void start_paired(const SmallLayer& layer, const View& v, const Output& output, cudaStream_t stream) {
  using F = Form<kBf16, kWidth * 2 / kDepthBytes / kGroups, kSlots, 1>;
  if (v.scale != nullptr) return start_normed<F, NormedRows>(layer, v, output, stream);
  start<F>(paired_kernel<F, PlainRows<F>, Output>, layer, v, output, stream);
}

template <class Output>
void start_shared(const SmallLayer& layer, const View& v, const Output& output, cudaStream_t stream) {
  using OfHeads = Form<kBf16, 4, kHeadSlots, kHeadCluster>;
  using Mlp = Form<kBf16, 4, kDownSlots, kDownCluster>;
  using NarrowMlp = Form<kE4m3, 2, kNarrowDownSlots, kDownCluster>;
  if (layer.number == kE4m3) return start<NarrowMlp>(shared_kernel<NarrowMlp, Output>, layer, v, output, stream);
  if (layer.in == kMlp) return start<Mlp>(shared_kernel<Mlp, Output>, layer, v, output, stream);
  start<OfHeads>(shared_kernel<OfHeads, Output>, layer, v, output, stream);
}

}  // namespace

SmallPlan tall_plan(const SmallSource& source) {
  const bool is_paired = source.pairs != SmallPairs::kNone, is_e4m3 = source.number == kE4m3;
  const int extra = is_paired || is_e4m3 ? 1 : 0;  // the shift
  if (!has_big_linear() || source.number == SmallNumber::kBytes || source.bias != nullptr || source.rows <= 0 ||
      source.rows + extra > kMostRows || source.out() % kTile != 0) {
    return {};
  }
  constexpr int kUnits = kTile / 8;
  if (is_e4m3) {
    // What lies between the two products of an MLP is e4m3, so that both must have a plan or none.
    const bool is_gated = source.pairs == SmallPairs::kGated;
    if (is_gated && source.in == kWidth && source.out() == 2 * kMlp) {
      return {.units = kUnits / 2, .slots = kNarrowGatedSlots, .least_shared = kNarrowGatedLeast};
    }
    if (is_paired || source.in != kMlp || source.out() != kWidth) return {};
    return {.units = kUnits, .cluster = kDownCluster, .slots = kNarrowDownSlots, .least_shared = kNarrowDownLeast};
  }
  if (is_paired && source.in == kWidth) {
    const int qkv_slots = source.is_beside_e4m3 ? kNarrowQkvSlots : kQkvSlots;
    return {.units = kUnits / 2, .slots = source.pairs == SmallPairs::kGated ? kGatedSlots : qkv_slots};
  }
  if (is_paired) return {};
  if (source.in == kHeadColumns) {
    return {.units = kUnits,
            .cluster = kHeadCluster,
            .slots = kHeadSlots,
            .least_shared = source.is_beside_e4m3 ? kNarrowHeadLeast : kHeadLeast};
  }
  if (source.in == kMlp) return {.units = kUnits, .cluster = kDownCluster, .slots = kDownSlots};
  return {};
}

void run_tall_qkv(const SmallQkv& args, cudaStream_t stream) {
  const SmallLayer& layer = *args.layer;
  const Heads output{heads_of(args)};
  const View v = view_of(layer, args.x, args.norm, 0.f);
  if (layer.plan.slots == kNarrowQkvSlots) return start_paired<kNarrowQkvSlots>(layer, v, output, stream);
  start_paired<kQkvSlots>(layer, v, output, stream);
}

void run_tall_geglu(const SmallGeglu& args, cudaStream_t stream) {
  const SmallLayer& layer = *args.layer;
  AWD_CHECK(args.y.dtype == DType::kBf16 && args.y.cols == layer.out() / 2);
  const View v = view_of(layer, args.x, args.norm, args.x_scale);
  if (layer.number == kBf16) {
    const Geglu<__nv_bfloat16> output{static_cast<__nv_bfloat16*>(args.y.data), args.y.stride, 1.f};
    return start_paired<kGatedSlots>(layer, v, output, stream);
  }
  AWD_CHECK(v.scale != nullptr && args.y_scale > 0.f, "e4m3 without a norm or a scale");
  using F = Form<kE4m3, kWidth / kDepthBytes / kGroups, kNarrowGatedSlots, 1>;
  const Geglu<__nv_fp8_e4m3> output{static_cast<__nv_fp8_e4m3*>(args.y.data), args.y.cols, 1.f / args.y_scale};
  start_normed<F, QuantisedRows>(layer, v, output, stream);
}

void run_tall_branch(const SmallBranch& args, cudaStream_t stream) {
  AWD_CHECK(args.x.dtype == DType::kF32 && args.x.cols == args.layer->out());
  const AddBranch output{static_cast<float*>(args.x.data), args.x.stride, static_cast<const float*>(args.gate.data)};
  start_shared(*args.layer, view_of(*args.layer, args.input, {}, args.input_scale), output, stream);
}

void run_tall(const SmallStore& args, cudaStream_t stream) {
  AWD_CHECK(args.layer->number == kBf16);
  const Store output{args.y.data, args.y.stride, args.y.dtype == DType::kF32};
  start_shared(*args.layer, view_of(*args.layer, args.x, {}, 0.f), output, stream);
}

}  // namespace awd::cuda
