// From the expert's attention to importance maps and to full captures.
#pragma once

#include <array>
#include <vector>

#include "awd/engine.h"
#include "engine/config.h"
#include "engine/layer_range.h"
#include "engine/pi0.h"

namespace awd {

/// The layers that count as importance: those the options ask for, or the last 4/18 of the depth. Throws awd::Error if
/// they do not exist.
LayerRange importance_layers(const EngineOptions& options, int depth);

/// Collects attention during one denoise call. Buffers are kept between calls.
class AttentionRecorder : public AttentionObserver {
 public:
  AttentionRecorder(const ModelConfig& config, LayerRange layers, int flow_steps);

  /// What the next denoise call should collect.
  struct Wanted {
    ImportanceMaps* importance = nullptr;
    std::vector<float>* layer_entropy = nullptr;  // see FlowDetails
    AttentionCapture* capture = nullptr;          // with its heads apart, the others must be null
  };
  void begin(const std::array<bool, kMaxCameras>& present, const Wanted& wanted);

  bool wants(int step) const override;
  bool wants_heads() const override;
  LayerRange layers(int depth) const override;
  void see(int step, const Tensor& key_share, Ops& ops) override;

 private:
  void fill_importance(int keys);
  void fill_entropy(int keys);

  const ModelConfig& config_;
  LayerRange layers_;
  int flow_steps_;
  std::array<bool, kMaxCameras> present_{};
  int image_tokens_ = 0;
  Wanted wanted_;
  std::vector<float> share_;      // [layers (* heads), keys], host copy of one step
  std::vector<float> relevance_;  // [image tokens], summed over the layers that count
};

}  // namespace awd
