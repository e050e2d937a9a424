// Which layouts a layer gets.
#include "backend/cuda/cuda_linear.h"

#include <utility>

#include "backend/cuda/tall_linear.h"

namespace awd::cuda {
namespace {

/// Rows [out, in] without gaps.
bool is_dense(const PlainWeight& plain) { return plain.stride == plain.in; }

/// Of the rows that enter a product of e4m3, which reaches 448 and keeps 4 bits of what is 2^15 times smaller: twice
/// the room that has been seen to be needed, or what leaves outliers of a trained model room.
float input_scale(const LinearData& data) {
  constexpr float kLargest = 448.f, kHeadroom = 2.f, kUnknownNormed = 0.25f, kUnknownHidden = 2.f;
  if (data.largest_input > 0.f) return kHeadroom * data.largest_input / kLargest;
  return data.is_gated ? kUnknownNormed : kUnknownHidden;
}

void make_big(const LinearData& data, BigNumber number, CudaLinear& layer) {
  if (!is_dense(layer.plain) || !has_big_linear() || !big_linear_fits(layer.out, layer.in, number, data.is_gated)) {
    return;
  }
  layer.big = std::make_unique<const BigWeight>(pack_big({.rows = layer.plain.values,
                                                          .bias = layer.plain.bias,
                                                          .out = layer.out,
                                                          .in = layer.in,
                                                          .number = number,
                                                          .is_gated = data.is_gated}));
  if (number == BigNumber::kE4m3) layer.input_scale = input_scale(data);
  layer.bytes = layer.big->bytes;
  layer.drop_plain();
}

}  // namespace

std::unique_ptr<CudaLinear> LinearMaker::make_plain(const LinearData& data) {
  auto layer = std::make_unique<CudaLinear>();
  layer->in = data.in();
  layer->out = data.out();
  layer->dtype = data.dtype;
  layer->is_gated = data.is_gated;
  layer->values = packing_.weights(data);
  layer->bias = packing_.row(data.bias);
  const Tensor& values = layer->values.tensor();
  const auto* bias = static_cast<const float*>(layer->bias.tensor().data);
  layer->plain = {values.data, bias, layer->in, layer->out, values.cols, data.dtype};
  layer->bytes = std::size_t(values.rows) * std::size_t(values.cols) * bytes_of(data.dtype) + data.bias.size_bytes();
  return layer;
}

BigNumber LinearMaker::number_of(const LinearData& data) const {
  return options_.fp8_weights && data.is_mlp ? BigNumber::kE4m3 : BigNumber::kBf16;
}

SmallSource LinearMaker::numbered(SmallSource source, bool is_mlp) const {
  if (!options_.fp8_weights) return source;
  source.number = is_mlp ? SmallNumber::kE4m3 : SmallNumber::kBf16;
  source.is_beside_e4m3 = true;
  if (!tall_plan(source).is_tall()) source.number = SmallNumber::kBytes;
  return source;
}

void LinearMaker::add_small(const LinearData& data, CudaLinear& layer) const {
  const SmallSource source = numbered({.parts = {{{layer.plain.values, layer.out}}},
                                       .in = layer.in,
                                       .rows = data.max_rows,
                                       .bias = layer.plain.bias,
                                       .pairs = data.is_gated ? SmallPairs::kGated : SmallPairs::kNone},
                                      data.is_mlp);
  if (!is_dense(layer.plain) || !small_fits(source)) return;
  layer.small = std::make_unique<const SmallLayer>(pack_small(source));
  layer.small_rows = data.max_rows;
  layer.bytes = layer.small->bytes;
  layer.input_scale = input_scale(data);
  layer.drop_plain();
}

std::unique_ptr<const CudaLinear> LinearMaker::make(const LinearData& data) {
  std::unique_ptr<CudaLinear> layer = make_plain(data);
  if (!may_be_tuned(data)) return layer;
  if (data.max_rows > 0) {
    add_small(data, *layer);
  } else {
    make_big(data, number_of(data), *layer);
  }
  return layer;
}

std::unique_ptr<const CudaQkvLinear> LinearMaker::make_qkv(const LinearData& q, const LinearData& k,
                                                           const LinearData& v, int head_dim) {
  auto layer = std::make_unique<CudaQkvLinear>();
  SmallSource source{.parts = {}, .in = k.in(), .rows = k.max_rows, .pairs = SmallPairs::kHeads, .head_dim = head_dim};
  bool may_be_small = may_be_tuned(k) && k.max_rows > 0;
  const auto add = [&](const LinearData& data, SmallRows& part) {
    std::unique_ptr<CudaLinear> packed = make_plain(data);
    part = {packed->plain.values, packed->out};
    may_be_small = may_be_small && is_dense(packed->plain) && data.bias.empty();
    if (may_be_tuned(data) && data.max_rows == 0) make_big(data, number_of(data), *packed);
    layer->bytes += packed->bytes;
    return packed;
  };
  std::unique_ptr<CudaLinear> queries;
  if (!q.parts.empty()) queries = add(q, source.parts[0]);
  layer->k = add(k, source.parts[1]);
  layer->v = add(v, source.parts[2]);
  source = numbered(source, false);
  if (may_be_small && small_fits(source)) {
    layer->small = std::make_unique<const SmallLayer>(pack_small(source));
    layer->small_rows = k.max_rows;
    layer->bytes += layer->small->bytes;
    if (queries != nullptr) {  // keys and values are multiplied alone as well
      layer->bytes -= queries->bytes;
      queries->drop_plain();
    }
  }
  layer->q = std::move(queries);
  return layer;
}

}  // namespace awd::cuda
