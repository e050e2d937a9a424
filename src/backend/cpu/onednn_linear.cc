// f32 and bf16 layers by oneDNN.
#include "backend/cpu/onednn_linear.h"

#include <algorithm>

#include "backend/cpu/elements.h"
#include "backend/cpu/onednn_weights.h"
#include "backend/cpu/rows.h"
#include "backend/cpu/vector_math.h"

namespace awd::cpu {
namespace {

struct OneDnnLinear : CpuLinear {
  dnnl::memory weight;  // [in, out], oneDNN's layout
  dnnl::memory bias;    // [1, out] f32, or empty

  void run(const Tensor& x, const Tensor& y, Finish finish, LinearScratch& scratch) const override {
    if (finish == Finish::kGeglu) {
      const Tensor gate_up = take_tensor(scratch.gated, x.rows, out, y.dtype);
      run(x, gate_up, Finish::kReplace, scratch);
      geglu(gate_up, y);
      return;
    }
    const MatmulShape shape{.m = x.rows,
                            .k = in,
                            .n = out,
                            .a_stride = x.stride,
                            .c_stride = y.stride,
                            .in = x.dtype,
                            .out = y.dtype,
                            .bias = bool(bias),
                            .add = finish == Finish::kAdd};
    scratch.matmuls.run(shape, x.data, weight, bias, y.data);
  }
};

}  // namespace

std::unique_ptr<const CpuLinear> pack_onednn(const LinearData& data) {
  auto layer = std::make_unique<OneDnnLinear>();
  describe_layer(data, *layer);
  layer->weight =
      pack_onednn_weights(data, {.in = data.dtype}, [&](int, std::span<const float> weights, std::byte* to) {
        with_type(data.dtype, [&]<class T>(T) {
          for (std::size_t i = 0; i < weights.size(); ++i) store(reinterpret_cast<T*>(to)[i], weights[i]);
        });
      });
  layer->bytes = layer->weight.get_desc().get_size() + data.bias.size_bytes();
  if (!data.bias.empty()) {
    layer->bias = dnnl::memory(matrix_desc(1, layer->out, DType::kF32, layer->out, 1), dnnl_engine());
    std::copy(data.bias.begin(), data.bias.end(), static_cast<float*>(layer->bias.get_data_handle()));
  }
  return layer;
}

}  // namespace awd::cpu
