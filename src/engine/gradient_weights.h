// What the gradient of a velocity reads: prefix LM and action expert in f32 on the CPU, forward and transposed. Const
// after load, shared by sessions. It is apart from Weights, so that the fast path keeps its own types and device.
#pragma once

#include <memory>
#include <vector>

#include "engine/weights.h"

namespace awd {

struct GradientWeights {
  std::unique_ptr<const Device> device;  // first: everything below is released before it
  LanguageWeights language;
  std::vector<GemmaLayer> language_transposed;  // each layer maps outputs to inputs: d_x = d_y W
  ExpertWeights expert;
  std::vector<GemmaLayer> expert_transposed;
  LinearPtr action_out_transposed;  // model_action_dim -> expert width
  Buffer angles;                    // as in Weights
  std::size_t bytes = 0;            // resident
};

/// Reads the checkpoint a second time. Throws awd::Error as load_weights() does.
std::shared_ptr<const GradientWeights> load_gradient_weights(const Checkpoint& checkpoint, const ModelConfig& config,
                                                             int flow_steps);

}  // namespace awd
