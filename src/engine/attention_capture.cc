// Reduces the expert's attention to importance maps and keeps full captures.
#include "engine/attention_capture.h"

#include <fmt/format.h>

#include <algorithm>

#include "awd/error.h"

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
}

void AttentionRecorder::begin(const std::array<bool, kMaxCameras>& present, ImportanceMaps* importance,
                              AttentionCapture* capture) {
  present_ = present;
  image_tokens_ = int(std::count(present.begin(), present.end(), true)) * config_.patches();
  importance_ = importance;
  capture_ = capture;
  if (capture_ == nullptr) return;
  capture_->steps = flow_steps_;
  capture_->layers = config_.llm.depth;
  capture_->tokens = image_tokens_;
  capture_->share.assign(std::size_t(flow_steps_) * std::size_t(config_.llm.depth) * std::size_t(image_tokens_), 0.f);
}

bool AttentionRecorder::wants(int step) const {
  return capture_ != nullptr || (importance_ != nullptr && step + 1 == flow_steps_);
}

void AttentionRecorder::see(int step, const Tensor& key_share, Ops& ops) {
  const int keys = key_share.cols;
  share_.resize(std::size_t(key_share.rows) * std::size_t(keys));
  ops.download(key_share, share_);
  if (capture_ != nullptr) {
    for (int layer = 0; layer < config_.llm.depth; ++layer) {
      const std::size_t row = std::size_t(step) * std::size_t(config_.llm.depth) + std::size_t(layer);
      std::copy_n(share_.data() + std::size_t(layer) * keys, image_tokens_,
                  capture_->share.data() + row * std::size_t(image_tokens_));
    }
  }
  if (importance_ != nullptr && step + 1 == flow_steps_) fill_importance(keys);
}

void AttentionRecorder::fill_importance(int keys) {
  const int patches = config_.patches();
  importance_->n_cameras = int(config_.cameras.size());
  int first_key = 0;
  for (int camera = 0; camera < importance_->n_cameras; ++camera) {
    auto& map = importance_->map[std::size_t(camera)];
    map.fill(0.f);
    if (!present_[std::size_t(camera)]) continue;
    double total = 0.0;
    for (int layer = layers_.first; layer <= layers_.last; ++layer) {
      const float* share = share_.data() + std::size_t(layer) * std::size_t(keys) + first_key;
      for (int i = 0; i < patches; ++i) {
        map[std::size_t(i)] += share[i];
        total += double(share[i]);
      }
    }
    // A camera that got no attention at all (underflow) counts evenly.
    for (float& value : map) value = total > 0 ? float(double(value) / total) : 1.f / float(patches);
    first_key += patches;
  }
}

}  // namespace awd
