// Static minus relevant tokens, spread over the layers.
#include "runtime/modes/token_choice.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/check.h"

namespace awd {

void keep_shares(std::span<const float> entropy, double gain, std::span<float> share) {
  AWD_CHECK(entropy.size() == share.size(), "{} and {} layers", entropy.size(), share.size());
  double fall = 0, largest = 0;
  for (std::size_t layer = 0; layer < share.size(); ++layer) {
    const double before = layer == 0 ? 0.0 : double(entropy[layer - 1]);
    if (before > 0) fall += (before - double(entropy[layer])) / before;
    largest = gain == 0 ? 1.0 : std::max(largest, std::min(gain * fall, 1.0));
    share[layer] = float(largest);
  }
}

TokenChoice::TokenChoice(const TokenOptions& options) : options_(options) {
  static_tokens_.reserve(kPatchGrid * kPatchGrid);
  by_importance_.reserve(kPatchGrid * kPatchGrid);
}

void TokenChoice::choose(std::span<const float> similarity, std::span<const float> importance,
                         std::span<const float> share, std::span<std::uint8_t> layers) {
  const auto falling = [](std::span<const float> values) {
    return [values](int a, int b) {
      const float x = values[std::size_t(a)], y = values[std::size_t(b)];
      return x != y ? x > y : a < b;
    };
  };
  const int depth = int(share.size());
  std::ranges::fill(layers, std::uint8_t(depth));

  static_tokens_.clear();
  for (int i = 0; i < int(similarity.size()); ++i) {
    if (double(similarity[std::size_t(i)]) >= options_.similarity) static_tokens_.push_back(i);
  }
  std::ranges::sort(static_tokens_, falling(similarity));
  static_tokens_.resize(std::min(static_tokens_.size(), std::size_t(options_.top_k)));

  by_importance_.resize(importance.size());
  std::iota(by_importance_.begin(), by_importance_.end(), 0);
  const std::size_t relevant = std::min(by_importance_.size(), std::size_t(options_.relevant));
  std::ranges::partial_sort(by_importance_, by_importance_.begin() + std::ptrdiff_t(relevant), falling(importance));
  const auto relevant_end = by_importance_.begin() + std::ptrdiff_t(relevant);
  std::erase_if(static_tokens_,
                [&](int token) { return std::find(by_importance_.begin(), relevant_end, token) != relevant_end; });

  std::size_t kept = 0;  // static tokens of the layers so far; shares never fall
  for (int layer = 0; layer < depth; ++layer) {
    const double share_now = double(share[std::size_t(layer)]);
    const auto until = std::size_t(std::lround(share_now * double(static_tokens_.size())));
    for (; kept < until; ++kept) layers[std::size_t(static_tokens_[kept])] = std::uint8_t(layer);
  }
}

}  // namespace awd
