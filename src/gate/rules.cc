// Running mean, percentile over a ring, vote count: in this order, each switched off by its default.
#include "gate/rules.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>

namespace awd {
namespace {

constexpr int kLeastHistory = 8;  // scores; with fewer, the limit alone decides

/// The smallest score of the history that at least `percentile` % of it do not exceed.
double percentile_of(const GateState::History& history, double percentile) {
  std::array<float, kMaxRuleWindow> sorted;
  std::copy_n(history.scores.begin(), history.count, sorted.begin());
  const int index = std::clamp(int(std::ceil(percentile / 100 * history.count)) - 1, 0, history.count - 1);
  std::nth_element(sorted.begin(), sorted.begin() + index, sorted.begin() + history.count);
  return sorted[index];
}

void remember(double score, int window, GateState::History& history) {
  history.scores[history.next] = float(score);
  history.next = (history.next + 1) % window;
  history.count = std::min(history.count + 1, window);
}

}  // namespace

bool fires(double score, double limit, const RuleOptions& rules, int age, GateState::History& history) {
  if (std::isnan(score)) return false;
  const bool new_anchor = age <= history.age || history.age == 0;
  history.age = age;
  if (new_anchor) history.votes = 0;
  history.smoothed = new_anchor ? score : rules.smooth * score + (1 - rules.smooth) * history.smoothed;

  double bound = limit;
  if (rules.rule == LimitRule::kPercentile) {
    if (history.count >= kLeastHistory) bound = std::max(limit, percentile_of(history, rules.percentile));
    remember(history.smoothed, rules.window, history);
  }
  history.votes = history.votes << 1 | (history.smoothed > bound ? 1u : 0u);
  const std::uint32_t recent = rules.votes_of >= 32 ? ~0u : (1u << rules.votes_of) - 1;
  return std::popcount(history.votes & recent) >= rules.votes;
}

}  // namespace awd
