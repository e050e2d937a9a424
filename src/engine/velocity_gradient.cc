// Three runs through Gemma stacks share one set of keys and values: prefix, state token, actions. Backwards in the
// opposite order, so that every key has got its gradient from all rows that saw it before its own row is reached.
#include "engine/velocity_gradient.h"

#include <algorithm>

namespace awd {
namespace {

GemmaTape::Size prefix_size(const ModelConfig& config) {
  const int tokens = config.max_prefix_tokens();
  return {.rows = tokens, .keys = tokens, .width = config.llm.width, .mlp = config.llm.mlp};
}

GemmaTape::Size suffix_size(const ModelConfig& config, int rows) {
  return {.rows = rows,
          .keys = config.max_prefix_tokens() + config.suffix_tokens(),
          .width = config.expert.width,
          .mlp = config.expert.mlp};
}

}  // namespace

VelocityGradient::VelocityGradient(std::shared_ptr<const GradientWeights> weights, const ModelConfig& config,
                                   int threads)
    : weights_(std::move(weights)),
      config_(config),
      ops_(weights_->device->make_ops(threads)),
      vjp_(make_cpu_vjp()),
      joint_(config, *weights_->device, config.max_prefix_tokens() + config.suffix_tokens()),
      prefix_(config, *weights_->device, prefix_size(config)),
      state_(config, *weights_->device, suffix_size(config, config.has_state_token() ? 1 : 0)),
      actions_(config, *weights_->device, suffix_size(config, config.horizon)) {
  const auto make = [&](int rows, int cols) { return weights_->device->allocate(rows, cols, DType::kF32); };
  zeros_ = make(1, std::max({config.llm.width, config.expert.width, config.kv_width()}));
  state_input_ = make(1, config.model_state_dim);
  action_input_ = make(config.horizon, config.model_action_dim);
  tokens_ = make(config.horizon, config.expert.width);
  hidden_ = make(config.horizon, config.expert.width);
  velocity_.resize(std::size_t(config.horizon) * std::size_t(config.model_action_dim));
  gradient_.resize(std::size_t(config.max_prefix_tokens()) * std::size_t(config.llm.width));
  const auto depth = std::size_t(config.llm.depth);
  prefix_norms_.resize(2 * depth);
  expert_norms_.resize(2 * depth);
}

void VelocityGradient::set_runs(int tokens, int step) {
  for (int i = 0; i < int(prefix_norms_.size()); ++i) {
    prefix_norms_[std::size_t(i)] = weights_->language.norm(i);
    expert_norms_[std::size_t(i)] = weights_->expert.norm(step, i);
  }
  final_norm_ = weights_->expert.norm(step, weights_->expert.norms() - 1);
  const Tensor& angles = weights_->angles.tensor();
  const int state_rows = config_.has_state_token() ? 1 : 0;
  prefix_run_ = {.layers = weights_->language.layers,
                 .transposed = weights_->language_transposed,
                 .norms = prefix_norms_,
                 .angles = angles.row_range(0, tokens),
                 .held = 0,
                 .rows = tokens,
                 .is_output_read = false};
  state_run_ = {.layers = weights_->expert.layers,
                .transposed = weights_->expert_transposed,
                .norms = expert_norms_,
                .angles = angles.row_range(tokens, state_rows),
                .held = tokens,
                .rows = state_rows,
                .is_output_read = false};
  actions_run_ = state_run_;
  actions_run_.held = tokens + state_rows;
  actions_run_.rows = config_.horizon;
  actions_run_.angles = angles.row_range(actions_run_.held, config_.horizon);
  actions_run_.is_output_read = true;
}

void VelocityGradient::embed_actions(const VelocityInput& input) const {
  const ExpertWeights& expert = weights_->expert;
  const Tensor to = actions_.input(config_.horizon);
  const Tensor& x = action_input_.tensor();
  ops_->upload(input.x, x);
  if (expert.modulated) {
    ops_->linear(x, *expert.action_in, to, Write::kReplace);
    return;
  }
  const Tensor& hidden = hidden_.tensor();
  ops_->linear(x, *expert.action_in, tokens_.tensor(), Write::kReplace);
  ops_->copy_rows(expert.time_rows.tensor().row_range(input.step, 1), hidden);
  ops_->linear(tokens_.tensor(), *expert.action_time_in, hidden, Write::kAdd);
  ops_->silu(hidden);
  ops_->linear(hidden, *expert.action_time_out, to, Write::kReplace);
}

std::span<const float> VelocityGradient::forward(const VelocityInput& input) {
  const int tokens = int(input.prefix.size()) / config_.llm.width;
  AWD_CHECK(tokens > 0 && tokens <= config_.max_prefix_tokens(), "{} tokens", tokens);
  const Ops::Scope scope(*ops_);
  set_runs(tokens, input.step);
  ops_->upload(input.prefix, prefix_.input(tokens));
  prefix_.forward(prefix_run_, joint_, *ops_);
  if (config_.has_state_token()) {
    ops_->upload(input.state, state_input_.tensor());
    ops_->linear(state_input_.tensor(), *weights_->expert.state_in, state_.input(1), Write::kReplace);
    state_.forward(state_run_, joint_, *ops_);
  }
  embed_actions(input);
  actions_.forward(actions_run_, joint_, *ops_);
  ops_->rms_norm(actions_.output(config_.horizon), final_norm_.scale, final_norm_.shift, hidden_.tensor());
  ops_->linear(hidden_.tensor(), *weights_->expert.action_out, action_input_.tensor(), Write::kReplace);
  ops_->download(action_input_.tensor(), velocity_);
  return velocity_;
}

void VelocityGradient::clear_gradients() const {
  const Tensor zero_row = zeros_.tensor().col_range(0, config_.kv_width());
  ops_->copy_rows(zero_row, joint_.d_k.tensor());
  ops_->copy_rows(zero_row, joint_.d_v.tensor());
  const Tensor llm_row = zeros_.tensor().col_range(0, config_.llm.width);
  const Tensor expert_row = zeros_.tensor().col_range(0, config_.expert.width);
  ops_->copy_rows(llm_row, prefix_.gradient(prefix_run_.rows));
  ops_->copy_rows(expert_row, state_.gradient(state_run_.rows));
  ops_->copy_rows(expert_row, actions_.gradient(actions_run_.rows));
}

std::span<const float> VelocityGradient::backward(std::span<const float> d_velocity, int tokens) {
  AWD_CHECK(tokens <= prefix_run_.rows, "{} of {} tokens", tokens, prefix_run_.rows);
  const Ops::Scope scope(*ops_);
  clear_gradients();
  ops_->upload(d_velocity, action_input_.tensor());
  ops_->linear(action_input_.tensor(), *weights_->action_out_transposed, hidden_.tensor(), Write::kReplace);
  vjp_->rms_norm(actions_.output(config_.horizon), final_norm_.scale, hidden_.tensor(),
                 actions_.gradient(config_.horizon));
  actions_.backward(actions_run_, joint_, *ops_, *vjp_);
  if (config_.has_state_token()) state_.backward(state_run_, joint_, *ops_, *vjp_);
  prefix_.backward(prefix_run_, joint_, *ops_, *vjp_);
  const auto gradient = std::span(gradient_).first(std::size_t(tokens) * std::size_t(config_.llm.width));
  ops_->download(prefix_.gradient(tokens), gradient);
  return gradient;
}

}  // namespace awd
