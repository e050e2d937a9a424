// The copy of a prefix into CudaHeldKeys, all layers in one kernel.
#include <algorithm>
#include <iterator>

#include "backend/cuda/held_keys.h"
#include "backend/cuda/launch.h"
#include "base/check.h"

namespace awd::cuda {
namespace {

constexpr int kThreads = 256;

struct HoldPlan {
  const char* from_k;
  const char* from_v;
  char* to_k;
  char* to_v;
  int from_rows;  // of each layer
  int to_rows;
  std::size_t from_row_bytes;  // from row to row
  std::size_t to_row_bytes;
  int row_bytes;  // that count
  int tokens;
  const int* live_tokens;
  int* filled;
};

/// Block (x, layer, keys or values). `Word` divides all addresses and widths.
/// Kernels after this one may start only when it has ended: attentions read the held keys before they wait for the
/// kernel in front of them, so this one neither lets the next start early nor leaves writes under way.
template <class Word>
__global__ void __launch_bounds__(kThreads) hold_rows(HoldPlan plan) {
  wait_for_previous();
  const int tokens =
      min(plan.live_tokens == nullptr ? plan.tokens : *plan.live_tokens, min(plan.from_rows, plan.to_rows));
  const int layer = int(blockIdx.y);
  const int row_words = plan.row_bytes / int(sizeof(Word));
  const char* from =
      (blockIdx.z == 0 ? plan.from_k : plan.from_v) + std::size_t(layer) * plan.from_rows * plan.from_row_bytes;
  char* to = (blockIdx.z == 0 ? plan.to_k : plan.to_v) + std::size_t(layer) * plan.to_rows * plan.to_row_bytes;
  for (int i = int(blockIdx.x) * kThreads + int(threadIdx.x); i < tokens * row_words; i += int(gridDim.x) * kThreads) {
    const std::size_t row = std::size_t(i / row_words);
    const std::size_t word = std::size_t(i % row_words);
    reinterpret_cast<Word*>(to + row * plan.to_row_bytes)[word] =
        reinterpret_cast<const Word*>(from + row * plan.from_row_bytes)[word];
  }
  if (blockIdx.x == 0 && blockIdx.y == 0 && blockIdx.z == 0 && threadIdx.x == 0) *plan.filled = tokens;
  __threadfence();
}

bool divides(std::size_t word, const HoldPlan& plan) {
  const std::size_t numbers[] = {reinterpret_cast<std::size_t>(plan.from_k),
                                 reinterpret_cast<std::size_t>(plan.from_v),
                                 reinterpret_cast<std::size_t>(plan.to_k),
                                 reinterpret_cast<std::size_t>(plan.to_v),
                                 plan.from_row_bytes,
                                 plan.to_row_bytes,
                                 std::size_t(plan.row_bytes)};
  return std::all_of(std::begin(numbers), std::end(numbers), [&](std::size_t n) { return n % word == 0; });
}

}  // namespace

std::unique_ptr<CudaHeldKeys> make_held_keys(const Device& device, int layers, int capacity, int kv_width) {
  auto held = std::make_unique<CudaHeldKeys>();
  held->layers = layers;
  held->capacity = capacity;
  held->k = device.allocate(layers * capacity, kv_width, device.compute_dtype());
  held->v = device.allocate(layers * capacity, kv_width, device.compute_dtype());
  held->filled_word = device.allocate(1, 1, DType::kF32);
  held->tickets = device.allocate(1, CudaHeldKeys::kTickets, DType::kF32);
  return held;
}

void hold(const Tensor& k, const Tensor& v, int tokens, const int* live_tokens, CudaHeldKeys& held,
          cudaStream_t stream) {
  const Tensor& to = held.k.tensor();
  AWD_CHECK(k.rows % held.layers == 0 && v.rows == k.rows, "{} rows of keys, {} of values, {} layers", k.rows, v.rows,
            held.layers);
  AWD_CHECK(
      k.cols == to.cols && v.cols == to.cols && k.dtype == to.dtype && v.dtype == to.dtype && k.stride == v.stride,
      "keys of {} columns, held {}", k.cols, to.cols);
  const std::size_t element = bytes_of(k.dtype);
  const HoldPlan plan{.from_k = static_cast<const char*>(k.data),
                      .from_v = static_cast<const char*>(v.data),
                      .to_k = static_cast<char*>(to.data),
                      .to_v = static_cast<char*>(held.v.tensor().data),
                      .from_rows = k.rows / held.layers,
                      .to_rows = held.capacity,
                      .from_row_bytes = std::size_t(k.stride) * element,
                      .to_row_bytes = std::size_t(to.stride) * element,
                      .row_bytes = int(std::size_t(k.cols) * element),
                      .tokens = tokens,
                      .live_tokens = live_tokens,
                      .filled = held.filled()};
  const int words = std::min(plan.from_rows, plan.to_rows) * plan.row_bytes / 16;
  const unsigned blocks = unsigned(std::clamp(words / kThreads / 4, 1, 16));
  const Shape shape{.grid = dim3(blocks, unsigned(held.layers), 2), .block = dim3(kThreads)};
  const auto kernel = divides(16, plan)  ? hold_rows<uint4>
                      : divides(4, plan) ? hold_rows<unsigned>
                                         : hold_rows<unsigned short>;
  launch(kernel, shape, stream, plan);
}

}  // namespace awd::cuda
