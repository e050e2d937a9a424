// Decode, count steps, act, encode. What was executed between two requests is told to the policy before it acts.
#include "server/session/policy_session.h"

#include <utility>

#include "base/check.h"
#include "base/clock.h"

namespace awd::server {

PolicySession::PolicySession(PolicyFactory make_policy, const SessionOptions& options, std::uint64_t number)
    : options_(options),
      make_policy_(std::move(make_policy)),
      reader_(options.policy, options.keys, options.prompt),
      counter_(options.steps),
      number_(number) {}

std::string PolicySession::answer(Bytes message, std::optional<double> prev_total_ms) {
  const Stopwatch total;
  const Message request = Message::parse(message);
  const EpisodeHint hint = read_hint(request);
  observation_ = &reader_.read(request);
  if (policy_ == nullptr) policy_ = make_policy_();
  news_ = counter_.next(hint, observation_->state);
  if (news_.is_new_episode) {
    begin_episode(hint);
  } else {
    policy_->skip(news_.steps - 1);
  }
  result_ = policy_->act(*observation_);
  infer_ms_ = total.ms();

  const std::span<const float> plan = policy_->plan();
  return encode_reply({.plan = plan.empty() ? result_.action : plan,
                       .action_dim = options_.policy.action_dim,
                       .horizon = options_.policy.horizon,
                       .decision = result_.decision,
                       .mode = options_.mode,
                       .policy_ms = result_.timing.total_ms,
                       .infer_ms = infer_ms_,
                       .prev_total_ms = prev_total_ms});
}

void PolicySession::begin_episode(const EpisodeHint& hint) {
  seed_ = hint.seed.value_or(options_.seed + episodes_);
  ++episodes_;
  policy_->reset(seed_);
}

ServedStep PolicySession::last_step() const {
  AWD_CHECK(observation_ != nullptr, "no step was served");
  return {.session = number_,
          .is_new_episode = news_.is_new_episode,
          .seed = seed_,
          .step = counter_.step(),
          .observation = *observation_,
          .result = result_,
          .importance = policy_->importance(),
          .infer_ms = infer_ms_};
}

}  // namespace awd::server
