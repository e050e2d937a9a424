// A wrong guess of a new episode costs one query; a missed one is what the gate's own signals are there for.
#include "server/session/step_counter.h"

#include <algorithm>
#include <cmath>

namespace awd::server {

StepNews StepCounter::next(const EpisodeHint& hint, std::span<const float> state) {
  const std::int64_t step = hint.step.value_or(step_ + std::max(options_.replan_steps, 1));
  StepNews news;
  news.is_new_episode = !has_begun_ || hint.resets || step <= step_ || step - step_ > kMaxGap;
  if (!news.is_new_episode && !hint.step) news.is_new_episode = jumped(state);
  if (!news.is_new_episode) news.steps = int(step - step_);
  step_ = news.is_new_episode ? hint.step.value_or(0) : step;
  has_begun_ = true;
  state_.assign(state.begin(), state.end());
  return news;
}

bool StepCounter::jumped(std::span<const float> state) const {
  if (options_.reset_jump <= 0 || state.size() != state_.size()) return false;
  double jump = 0;
  for (std::size_t i = 0; i < state.size(); ++i) jump = std::max(jump, std::abs(double(state[i]) - double(state_[i])));
  return jump > options_.reset_jump;
}

}  // namespace awd::server
