// Plans which rows run, layer by layer.
#include "engine/layer_rows.h"

#include <algorithm>

#include "base/check.h"

namespace awd {

LayerRows::LayerRows(int depth, int capacity)
    : capacity_(std::size_t(capacity)),
      counts_(std::size_t(depth)),
      at_(std::size_t(depth) * capacity_),
      survivors_(std::size_t(depth) * capacity_) {}

void LayerRows::run_all(int tokens) {
  AWD_CHECK(tokens <= int(capacity_), "{} tokens of {}", tokens, capacity_);
  tokens_ = tokens;
  std::ranges::fill(counts_, tokens);
}

void LayerRows::run(std::span<const int> layers) {
  AWD_CHECK(layers.size() <= capacity_, "{} tokens of {}", layers.size(), capacity_);
  tokens_ = int(layers.size());
  for (int layer = 0; layer < int(counts_.size()); ++layer) plan_layer(layer, layers);
}

void LayerRows::plan_layer(int layer, std::span<const int> layers) {
  // Candidates: the rows of the layer before; at first every token that has an input.
  const int rows_before = layer == 0 ? tokens_ : count(layer - 1);
  const auto token_before = [&](int r) { return layer == 0 ? r : at(layer - 1)[std::size_t(r)]; };
  int candidates = 0, wanted = 0;
  for (int r = 0; r < rows_before; ++r) {
    const int asked = layers[std::size_t(token_before(r))];
    candidates += int(asked != kNoInput);
    wanted += int(asked > layer);
  }
  const int rounded = (wanted + kRowBlock - 1) / kRowBlock * kRowBlock;
  int spare = std::min(rounded, candidates) - wanted;  // tokens that stay only to fill a block

  int* tokens = at_.data() + std::size_t(layer) * capacity_;
  int* rows = survivors_.data() + std::size_t(layer) * capacity_;
  int count = 0;
  for (int r = 0; r < rows_before; ++r) {
    const int token = token_before(r);
    const int asked = layers[std::size_t(token)];
    if (asked == kNoInput || (asked <= layer && spare-- <= 0)) continue;
    tokens[count] = token;
    rows[count++] = r;
  }
  counts_[std::size_t(layer)] = count;
}

}  // namespace awd
