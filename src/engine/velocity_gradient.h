// The velocity of one flow step and its gradient with respect to the tokens of the prefix, in f32 on the CPU: all of
// pi0 / pi0.5 behind the vision tower, once forwards and once backwards.
#pragma once

#include <memory>
#include <span>
#include <vector>

#include "engine/gemma_tape.h"
#include "engine/gradient_weights.h"

namespace awd {

/// What a velocity is a function of.
struct VelocityInput {
  std::span<const float> prefix;  // [tokens, llm width]: image tokens as the projector gives them, then text tokens
  std::span<const float> state;   // [model_state_dim] normalised; read where the model has a state token
  std::span<const float> x;       // [horizon, model_action_dim], the flow at the time of `step`
  int step = 0;
};

/// Of one session; allocates everything at construction. Not thread-safe.
class VelocityGradient {
 public:
  VelocityGradient(std::shared_ptr<const GradientWeights> weights, const ModelConfig& config, int threads);

  /// v(input), [horizon, model_action_dim]; valid until the next call.
  std::span<const float> forward(const VelocityInput& input);
  /// With d_velocity [horizon, model_action_dim] = d L / d v of the last forward(): d L / d prefix of the first
  /// `tokens` tokens, [tokens, llm width]; valid until the next call. Once per forward().
  std::span<const float> backward(std::span<const float> d_velocity, int tokens);

 private:
  void set_runs(int tokens, int step);
  void embed_actions(const VelocityInput& input) const;
  void clear_gradients() const;

  std::shared_ptr<const GradientWeights> weights_;
  const ModelConfig& config_;
  std::unique_ptr<Ops> ops_;
  std::unique_ptr<Vjp> vjp_;

  TapedKeysValues joint_;
  GemmaTape prefix_, state_, actions_;
  GemmaRun prefix_run_, state_run_, actions_run_;
  std::vector<Modulation> prefix_norms_, expert_norms_;  // of the runs
  Modulation final_norm_;

  Buffer zeros_;         // [1, widest row] f32
  Buffer state_input_;   // [1, model_state_dim] f32
  Buffer action_input_;  // [horizon, model_action_dim] f32, x; then the velocity; then its gradient
  Buffer tokens_;        // [horizon, expert width] f32
  Buffer hidden_;        // [horizon, expert width] f32

  std::vector<float> velocity_;  // [horizon, model_action_dim]
  std::vector<float> gradient_;  // [largest prefix, llm width]
};

}  // namespace awd
