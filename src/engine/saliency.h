// Gradient importance: which image patches the predicted motion depends on, by the gradient of a velocity of the flow.
// docs/gate.md, "Importance sources", has the formula and the cost.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "awd/engine.h"
#include "engine/velocity_gradient.h"

namespace awd {

/// A flow that has just been solved.
struct SolvedFlow {
  std::span<const float> state;          // [model_state_dim] normalised
  FlowStart start;                       // what it started from
  std::span<const float> actions;        // [horizon, model_action_dim], what it ended with
  std::span<const float> last_velocity;  // [horizon, model_action_dim], of the last step
};

/// Of one session. Not thread-safe.
class Saliency {
 public:
  Saliency(std::shared_ptr<const GradientWeights> weights, const ModelConfig& config, int flow_steps,
           const EngineOptions& options, int threads);

  /// Fills `maps`. `cache` must hold vision output and text (PrefixCache::Impl::vision, text) on the device of `ops`.
  void fill(const PrefixCache::Impl& cache, const SolvedFlow& flow, Ops& ops, ImportanceMaps& maps);

 private:
  int load_prefix(const PrefixCache::Impl& cache, Ops& ops);
  VelocityInput input_of(const SolvedFlow& flow);
  void set_target(std::span<const float> velocity, std::span<const float> actions);

  const ModelConfig& config_;
  int flow_steps_;
  EngineOptions options_;
  VelocityGradient gradient_;
  std::vector<float> prefix_;      // [tokens, llm width]
  std::vector<float> x_;           // [horizon, model_action_dim]
  std::vector<float> d_velocity_;  // [horizon, model_action_dim]
  std::vector<float> relevance_;   // [image tokens]
};

}  // namespace awd
