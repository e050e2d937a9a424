// The gradient of one velocity, reduced to one number per image token.
#include "engine/saliency.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <numeric>

#include "engine/importance_maps.h"
#include "engine/kv_cache.h"

namespace awd {
namespace {

double dot(std::span<const float> a, std::span<const float> b) {
  return std::inner_product(a.begin(), a.end(), b.begin(), 0.0, std::plus<>(),
                            [](float x, float y) { return double(x) * double(y); });
}

}  // namespace

Saliency::Saliency(std::shared_ptr<const GradientWeights> weights, const ModelConfig& config, int flow_steps,
                   const EngineOptions& options, int threads)
    : config_(config), flow_steps_(flow_steps), options_(options), gradient_(std::move(weights), config, threads) {
  prefix_.reserve(std::size_t(config.max_prefix_tokens()) * std::size_t(config.llm.width));
  relevance_.reserve(std::size_t(config.max_prefix_tokens()));
  x_.resize(std::size_t(config.horizon) * std::size_t(config.model_action_dim));
  d_velocity_.resize(x_.size());
}

/// prefix_ = rows of the present cameras, then text. Returns the image tokens.
int Saliency::load_prefix(const PrefixCache::Impl& cache, Ops& ops) {
  const auto width = std::size_t(config_.llm.width);
  prefix_.resize(std::size_t(cache.tokens) * width);
  int rows = 0;
  const auto append = [&](const Tensor& from) {
    ops.download(from, std::span(prefix_).subspan(std::size_t(rows) * width, std::size_t(from.rows) * width));
    rows += from.rows;
  };
  for (int camera = 0; camera < int(config_.cameras.size()); ++camera) {
    if (!cache.present[std::size_t(camera)]) continue;
    AWD_CHECK(cache.has_vision[std::size_t(camera)], "camera {}", camera);
    append(cache.camera_vision(camera));
  }
  const int image_tokens = rows;
  append(cache.text.tensor().row_range(0, cache.tokens - image_tokens));
  return image_tokens;
}

VelocityInput Saliency::input_of(const SolvedFlow& flow) {
  VelocityInput input{.prefix = prefix_, .state = flow.state, .x = flow.start.x, .step = flow.start.step};
  if (options_.gradient_step == GradientStep::kFirst) return input;
  // One Euler step back from the actions.
  for (std::size_t i = 0; i < x_.size(); ++i) x_[i] = flow.actions[i] + flow.last_velocity[i] / float(flow_steps_);
  input.x = x_;
  input.step = flow_steps_ - 1;
  return input;
}

/// d_velocity_ = d L / d v. Padding columns and rows beyond the option are 0.
void Saliency::set_target(std::span<const float> velocity, std::span<const float> actions) {
  const int rows = options_.gradient_rows > 0 ? std::min(options_.gradient_rows, config_.horizon) : config_.horizon;
  const std::span<const float> target = options_.gradient_target == GradientTarget::kVelocity ? velocity : actions;
  std::fill(d_velocity_.begin(), d_velocity_.end(), 0.f);
  for (int r = 0; r < rows; ++r) {
    const std::size_t first = std::size_t(r) * std::size_t(config_.model_action_dim);
    std::copy_n(target.begin() + std::ptrdiff_t(first), config_.action_dim,
                d_velocity_.begin() + std::ptrdiff_t(first));
  }
}

void Saliency::fill(const PrefixCache::Impl& cache, const SolvedFlow& flow, Ops& ops, ImportanceMaps& maps) {
  const int image_tokens = load_prefix(cache, ops);
  set_target(gradient_.forward(input_of(flow)), flow.actions);
  const std::span<const float> d_prefix = gradient_.backward(d_velocity_, image_tokens);

  const auto width = std::size_t(config_.llm.width);
  relevance_.resize(std::size_t(image_tokens));
  for (std::size_t token = 0; token < relevance_.size(); ++token) {
    const auto row = [&](std::span<const float> of) { return of.subspan(token * width, width); };
    const std::span<const float> g = row(d_prefix);
    relevance_[token] = options_.gradient_reduce == GradientReduce::kNorm ? float(std::sqrt(dot(g, g)))
                                                                          : float(std::abs(dot(g, row(prefix_))));
  }
  fill_importance_maps(relevance_, cache.present, int(config_.cameras.size()), maps);
}

}  // namespace awd
