// 8-bit layers by oneDNN: u8 rows by s8 weights into s32, then scaled. Weight channel c is scale_w[c] * number; row r
// is scale_x (number - zero), zero chosen so that 0 is exact; the zero's share is taken off by the channels' sums.
#include <algorithm>
#include <cmath>

#include "backend/cpu/elements.h"
#include "backend/cpu/onednn_linear.h"
#include "backend/cpu/onednn_weights.h"
#include "backend/cpu/rows.h"
#include "backend/cpu/vector_math.h"

namespace awd::cpu {
namespace {

/// How one row was quantised.
struct RowCode {
  float scale = 0.f;
  std::int32_t zero = 0;
};

AWD_KERNEL RowCode quantise_row(const Bf16* __restrict from, int count, std::uint8_t* __restrict to) {
  float low = 0.f;
  float high = 0.f;
#pragma omp simd reduction(min : low) reduction(max : high)
  for (int i = 0; i < count; ++i) {
    low = std::min(low, load(from[i]));
    high = std::max(high, load(from[i]));
  }
  const float scale = (high - low) / 255.f;
  const float inverse = scale > 1e-30f ? 1.f / scale : 0.f;  // the inverse of less may overflow
  const auto zero = static_cast<std::int32_t>(std::lrint(-low * inverse));
#pragma omp simd
  for (int i = 0; i < count; ++i) {
    const auto number = static_cast<std::int32_t>(load(from[i]) * inverse + (float(zero) + 0.5f));
    to[i] = static_cast<std::uint8_t>(std::clamp(number, 0, 255));
  }
  return {scale, zero};
}

/// What one row of sums becomes.
struct ChannelCodes {
  const float* scale;
  const std::int32_t* sum;
  const float* bias;
};

template <class T>
[[gnu::always_inline]] inline void finish_loop(const std::int32_t* __restrict sums, RowCode code, ChannelCodes channels,
                                               int count, bool adds, T* __restrict to) {
#pragma omp simd
  for (int i = 0; i < count; ++i) {
    const float product = float(sums[i] - code.zero * channels.sum[i]) * (code.scale * channels.scale[i]);
    store(to[i], product + channels.bias[i] + (adds ? load(to[i]) : 0.f));
  }
}

AWD_KERNEL void finish_row(const std::int32_t* sums, RowCode code, ChannelCodes channels, int count, bool adds,
                           float* to) {
  finish_loop(sums, code, channels, count, adds, to);
}

AWD_KERNEL void finish_row(const std::int32_t* sums, RowCode code, ChannelCodes channels, int count, bool adds,
                           Bf16* to) {
  finish_loop(sums, code, channels, count, adds, to);
}

struct OneDnnInt8Linear : CpuLinear {
  dnnl::memory weight;            // [in, out] s8, oneDNN's layout
  std::vector<float> scale;       // [out]
  std::vector<std::int32_t> sum;  // [out] of a channel's numbers
  std::vector<float> bias;        // [out], zeros without one

  void run(const Tensor& x, const Tensor& y, Finish finish, LinearScratch& scratch) const override {
    if (finish == Finish::kGeglu) {
      const Tensor gate_up = take_tensor(scratch.gated, x.rows, out, y.dtype);
      run(x, gate_up, Finish::kReplace, scratch);
      geglu(gate_up, y);
      return;
    }
    const std::size_t rows = std::size_t(x.rows);
    std::byte* memory = scratch.rows.take(rows * (sizeof(RowCode) + std::size_t(in)));
    auto* codes = reinterpret_cast<RowCode*>(memory);
    auto* numbers = reinterpret_cast<std::uint8_t*>(memory + rows * sizeof(RowCode));
    for_rows(x.rows, in,
             [&](int r) { codes[r] = quantise_row(row<Bf16>(x, r), in, numbers + std::size_t(r) * std::size_t(in)); });
    auto* sums = reinterpret_cast<std::int32_t*>(scratch.sums.take(rows * std::size_t(out) * sizeof(std::int32_t)));
    const MatmulShape shape{.m = x.rows, .k = in, .n = out, .a_stride = in, .c_stride = out, .is_int8 = true};
    scratch.matmuls.run(shape, numbers, weight, {}, sums);
    const ChannelCodes channels{scale.data(), sum.data(), bias.data()};
    with_type(y.dtype, [&]<class T>(T) {
      for_rows(y.rows, out, [&](int r) {
        const std::int32_t* from = sums + std::size_t(r) * std::size_t(out);
        finish_row(from, codes[r], channels, out, finish == Finish::kAdd, row<T>(y, r));
      });
    });
  }
};

}  // namespace

std::unique_ptr<const CpuLinear> pack_onednn_int8(const LinearData& data) {
  AWD_CHECK(data.dtype == DType::kBf16);
  auto layer = std::make_unique<OneDnnInt8Linear>();
  describe_layer(data, *layer);
  const std::size_t out = std::size_t(layer->out);
  layer->scale.resize(out);
  layer->sum.resize(out);
  layer->bias.resize(out);
  std::copy(data.bias.begin(), data.bias.end(), layer->bias.begin());
  const auto quantise = [&](int channel, std::span<const float> weights, std::byte* to) {
    float largest = 0.f;
    for (const float weight : weights) largest = std::max(largest, std::abs(weight));
    const float inverse = largest > 0.f ? 127.f / largest : 0.f;
    std::int32_t sum = 0;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const auto number = static_cast<std::int8_t>(std::lrint(weights[i] * inverse));
      to[i] = static_cast<std::byte>(number);
      sum += number;
    }
    layer->scale[std::size_t(channel)] = largest / 127.f;
    layer->sum[std::size_t(channel)] = sum;
  };
  layer->weight = pack_onednn_weights(data, {.is_int8 = true}, quantise);
  layer->bytes = layer->weight.get_desc().get_size() + 3 * out * sizeof(float);
  return layer;
}

}  // namespace awd::cpu
