// The window of the stream of weights that a launch asks for.
#include "backend/cuda/small_ahead.h"

#include <algorithm>

namespace awd::cuda {

void WeightOrder::begin(std::uint64_t key) {
  learned_ = &known_[key];
  now_.clear();
}

void WeightOrder::end() {
  if (learned_ != nullptr) *learned_ = std::move(now_);
  learned_ = nullptr;
  now_.clear();
}

SmallAhead WeightOrder::next(const SmallLayer& layer) {
  SmallAhead ahead;
  if (learned_ == nullptr || distance_bytes_ == 0) return ahead;
  const std::size_t self = now_.size();
  now_.push_back({layer.weights.get(), layer.bytes});
  const std::vector<Weights>& order = *learned_;
  if (self >= order.size() || order[self] != now_.back()) return ahead;

  // As many bytes as this launch takes from the stream, `distance_bytes_` behind its own.
  std::size_t skip = distance_bytes_, left = layer.bytes, span = 0;
  for (std::size_t i = self; i < order.size() && left > 0 && span < ahead.spans.size(); ++i) {
    if (skip >= order[i].bytes) {
      skip -= order[i].bytes;
      continue;
    }
    skip = skip / 16 * 16;
    const std::size_t bytes = std::min(left, order[i].bytes - skip);
    ahead.spans[span++] = {order[i].data + skip, bytes};
    left -= bytes;
    skip = 0;
  }
  return ahead;
}

}  // namespace awd::cuda
