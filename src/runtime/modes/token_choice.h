// VLA-Cache's choice of tokens: which image tokens keep keys and values, from which layer on. Pure.
#pragma once

#include <span>
#include <vector>

#include "awd/types.h"
#include "runtime/reuse_options.h"

namespace awd {

/// Share of the static tokens that keep their keys and values at each layer, never falling with depth. `entropy` is
/// that of the attention per layer, nats: share[l] = min(gain * sum over j <= l of (entropy[j-1] - entropy[j]) /
/// entropy[j-1], 1), at least share[l-1] and 0; all 1 where gain is 0.
void keep_shares(std::span<const float> entropy, double gain, std::span<float> share);

/// Chooses for one camera; buffers are kept between calls.
class TokenChoice {
 public:
  explicit TokenChoice(const TokenOptions& options);

  /// layers[i] = layers that token i of this camera runs through before what is held is kept, 0 .. share.size() (all).
  /// `similarity` and `importance` are per token. Static tokens are those of at least options.similarity, the most
  /// similar options.top_k of them, minus the options.relevant most important of the camera; the most similar are kept
  /// first. Ties go to the lower index.
  void choose(std::span<const float> similarity, std::span<const float> importance, std::span<const float> share,
              std::span<std::uint8_t> layers);

 private:
  TokenOptions options_;
  std::vector<int> static_tokens_, by_importance_;
};

}  // namespace awd
