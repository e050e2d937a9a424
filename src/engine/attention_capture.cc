// Reduces the expert's attention to importance maps and keeps full captures.
#include "engine/attention_capture.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "awd/error.h"
#include "base/check.h"
#include "engine/importance_maps.h"

namespace awd {

LayerRange importance_layers(const EngineOptions& options, int depth) {
  // pi0.5's last 4 of 18 layers, in proportion; at least two, so that one odd layer does not decide alone.
  const int count = std::min(depth, std::max(2, depth * 4 / 18));
  const int last = options.importance_last_layer < 0 ? depth - 1 : options.importance_last_layer;
  const int first = options.importance_first_layer < 0 ? std::max(0, last - count + 1) : options.importance_first_layer;
  if (last >= depth || first > last) {
    throw Error("engine",
                fmt::format("options importance_first_layer, importance_last_layer: expected layers in order, "
                            "below {}, got {} and {}",
                            depth, first, last));
  }
  return {first, last};
}

AttentionRecorder::AttentionRecorder(const ModelConfig& config, LayerRange layers, int flow_steps)
    : config_(config), layers_(layers), flow_steps_(flow_steps) {
  share_.reserve(std::size_t(config.llm.depth) * std::size_t(config.max_prefix_tokens() + config.suffix_tokens()));
  relevance_.reserve(config.cameras.size() * std::size_t(config.patches()));
}

void AttentionRecorder::begin(const std::array<bool, kMaxCameras>& present, const Wanted& wanted) {
  present_ = present;
  image_tokens_ = int(std::count(present.begin(), present.end(), true)) * config_.patches();
  wanted_ = wanted;
  if (wanted.capture == nullptr) return;
  AttentionCapture& capture = *wanted.capture;
  AWD_CHECK(!capture.wants_heads || (wanted.importance == nullptr && wanted.layer_entropy == nullptr));
  capture.steps = flow_steps_;
  capture.layers = config_.llm.depth;
  capture.heads = capture.wants_heads ? config_.llm.heads : 1;
  capture.tokens = image_tokens_;
  const std::size_t rows = std::size_t(capture.steps) * std::size_t(capture.layers) * std::size_t(capture.heads);
  capture.share.assign(rows * std::size_t(image_tokens_), 0.f);
}

bool AttentionRecorder::wants(int step) const {
  const bool is_last = step + 1 == flow_steps_;
  return wanted_.capture != nullptr || (is_last && (wanted_.importance != nullptr || wanted_.layer_entropy != nullptr));
}

bool AttentionRecorder::wants_heads() const { return wanted_.capture != nullptr && wanted_.capture->wants_heads; }

LayerRange AttentionRecorder::layers(int depth) const {
  const bool wants_importance_alone = wanted_.capture == nullptr && wanted_.layer_entropy == nullptr;
  return wants_importance_alone ? layers_ : LayerRange{0, depth - 1};
}

void AttentionRecorder::see(int step, const Tensor& key_share, Ops& ops) {
  const int keys = key_share.cols;
  share_.resize(std::size_t(key_share.rows) * std::size_t(keys));
  ops.download(key_share, share_);
  if (wanted_.capture != nullptr) {
    float* to = wanted_.capture->share.data() + std::size_t(step * key_share.rows) * std::size_t(image_tokens_);
    for (int row = 0; row < key_share.rows; ++row, to += image_tokens_) {
      std::copy_n(share_.data() + std::size_t(row) * std::size_t(keys), image_tokens_, to);
    }
  }
  if (step + 1 < flow_steps_) return;
  if (wanted_.importance != nullptr) fill_importance(keys);
  if (wanted_.layer_entropy != nullptr) fill_entropy(keys);
}

void AttentionRecorder::fill_importance(int keys) {
  relevance_.assign(std::size_t(image_tokens_), 0.f);
  const int first_seen = layers(config_.llm.depth).first;
  for (int layer = layers_.first; layer <= layers_.last; ++layer) {
    const float* share = share_.data() + std::size_t(layer - first_seen) * std::size_t(keys);
    for (std::size_t token = 0; token < relevance_.size(); ++token) relevance_[token] += share[token];
  }
  fill_importance_maps(relevance_, present_, int(config_.cameras.size()), *wanted_.importance);
}

void AttentionRecorder::fill_entropy(int keys) {
  wanted_.layer_entropy->resize(std::size_t(config_.llm.depth));
  for (int layer = 0; layer < config_.llm.depth; ++layer) {
    // With shares s and their sum S, p = s / S: -sum p ln p = ln S - (sum s ln s) / S.
    const std::span<const float> share(share_.data() + std::size_t(layer) * std::size_t(keys),
                                       std::size_t(image_tokens_));
    double total = 0.0, s_log_s = 0.0;
    for (const float s : share) {
      total += double(s);
      if (s > 0) s_log_s += double(s) * std::log(double(s));
    }
    const double entropy = total > 0 ? std::log(total) - s_log_s / total : std::log(double(image_tokens_));
    (*wanted_.layer_entropy)[std::size_t(layer)] = float(entropy);
  }
}

}  // namespace awd
