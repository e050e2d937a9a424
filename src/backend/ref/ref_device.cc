// The reference backend's device: plain host memory, weights kept as read.
#include <cstdlib>

#include "backend/device.h"
#include "backend/ref/ref_ops.h"

namespace awd {
namespace {

class RefDevice : public Device {
 public:
  DType compute_dtype() const override { return DType::kF32; }

  Buffer allocate(int rows, int cols, DType) const override {
    const std::size_t elements = std::size_t(rows) * std::size_t(cols);
    void* memory = std::calloc(elements == 0 ? 1 : elements, sizeof(float));
    AWD_CHECK(memory != nullptr, "out of memory: {} x {}", rows, cols);
    return {memory, std::free, rows, cols, DType::kF32};
  }

  std::unique_ptr<const Linear> pack(const LinearData& data) const override {
    auto layer = std::make_unique<ref::RefLinear>();
    layer->in = data.in();
    layer->out = data.out();
    layer->weight.resize(std::size_t(layer->in) * std::size_t(layer->out));
    std::span<float> rest = layer->weight;
    for (const StoredMatrix& part : data.parts) {
      const std::size_t count = std::size_t(part.rows) * std::size_t(part.cols);
      read_floats(part.format, part.values, rest.first(count));
      rest = rest.subspan(count);
    }
    layer->bias.assign(data.bias.begin(), data.bias.end());
    layer->bytes = (layer->weight.size() + data.bias.size()) * sizeof(float);
    return layer;
  }

  std::unique_ptr<HeldKeys> make_held_keys(int layers, int capacity, int, int kv_width) const override {
    auto held = std::make_unique<ref::RefHeldKeys>();
    held->layers = layers;
    held->capacity = capacity;
    held->width = kv_width;
    held->k.resize(std::size_t(layers) * std::size_t(capacity) * std::size_t(kv_width));
    held->v.resize(held->k.size());
    return held;
  }

  std::unique_ptr<Ops> make_ops(int) const override { return std::make_unique<ref::RefOps>(); }
};

}  // namespace

std::unique_ptr<const Device> make_ref_device() { return std::make_unique<RefDevice>(); }

}  // namespace awd
