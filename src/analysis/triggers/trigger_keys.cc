// Key steps from the gripper, and the ratio of two shares with a bootstrap over episodes.
#include "analysis/triggers/trigger_keys.h"

#include <cmath>
#include <limits>

#include "analysis/drift/key_actions.h"
#include "base/check.h"
#include "base/rng.h"

namespace awd {
namespace {

/// The gripper by the phase of the task: it holds something while lifting and moving.
Grip grip_of_phase(const std::string& phase) {
  if (phase.empty()) return Grip::kUnknown;
  return phase == "lift" || phase == "move" || phase == "closed" ? Grip::kClosed : Grip::kOpen;
}

double ratio_of(const KeyCounts& sum) {
  const double trigger_share = double(sum.key_triggers) / double(sum.triggers);
  return trigger_share / (double(sum.key_steps) / double(sum.steps));
}

void add(const KeyCounts& counts, KeyCounts& sum) {
  sum.steps += counts.steps;
  sum.key_steps += counts.key_steps;
  sum.triggers += counts.triggers;
  sum.key_triggers += counts.key_triggers;
}

/// Percentiles of the ratio over resampled episodes; resamples without a trigger or a key step are left out.
Interval bootstrap_interval(std::span<const KeyCounts> episodes, int resamples, std::uint64_t seed) {
  Rng rng(seed);
  std::vector<double> ratios;
  for (int i = 0; i < resamples; ++i) {
    KeyCounts sum;
    for (std::size_t draw = 0; draw < episodes.size(); ++draw) add(episodes[rng.index(int(episodes.size()))], sum);
    const double ratio = ratio_of(sum);
    if (std::isfinite(ratio)) ratios.push_back(ratio);
  }
  if (ratios.empty()) return {0, std::numeric_limits<double>::infinity()};
  return {quantile(ratios, 0.025), quantile(ratios, 0.975)};
}

/// Where none or all of the triggers are in key steps, resamples cannot differ: Wilson's interval for as many
/// independent triggers as there are episodes with any.
Interval one_sided_interval(std::span<const KeyCounts> episodes, const KeyCounts& sum) {
  std::int64_t with_trigger = 0;
  for (const KeyCounts& counts : episodes) with_trigger += counts.triggers > 0 ? 1 : 0;
  const Interval share = wilson_interval(sum.key_triggers == 0 ? 0 : with_trigger, with_trigger);
  const double key_share = double(sum.key_steps) / double(sum.steps);
  return {share.low / key_share, share.high / key_share};
}

}  // namespace

std::vector<bool> key_steps(std::span<const StepLog> steps, int window) {
  GripWatch watch;
  RecordedFrame frame;
  std::vector<Grip> grips;
  for (const StepLog& step : steps) {
    frame.action = step.action;
    grips.push_back(step.action.empty() ? grip_of_phase(step.phase) : watch.next(frame));
  }
  return key_frames(grips, window);
}

KeyCounts count_keys(std::span<const StepLog> steps, const std::vector<bool>& is_key, ReasonGroup group) {
  AWD_CHECK(steps.size() == is_key.size(), "one flag per step");
  KeyCounts counts;
  for (std::size_t i = 1; i < steps.size(); ++i) {
    const bool is_trigger = group_of(steps[i].decision.reason) == group;
    counts.steps += 1;
    counts.key_steps += is_key[i] ? 1 : 0;
    counts.triggers += is_trigger ? 1 : 0;
    counts.key_triggers += is_trigger && is_key[i] ? 1 : 0;
  }
  return counts;
}

Concentration concentration_of(std::span<const KeyCounts> episodes, int resamples, std::uint64_t seed) {
  KeyCounts sum;
  for (const KeyCounts& counts : episodes) add(counts, sum);
  Concentration result{.episodes = std::int64_t(episodes.size()),
                       .steps = sum.steps,
                       .key_steps = sum.key_steps,
                       .triggers = sum.triggers,
                       .key_triggers = sum.key_triggers,
                       .ci95 = {0, std::numeric_limits<double>::infinity()}};
  result.key_share = double(sum.key_steps) / double(sum.steps);
  result.trigger_share = double(sum.key_triggers) / double(sum.triggers);
  result.ratio = ratio_of(sum);
  if (!std::isfinite(result.ratio)) return result;
  const bool is_one_sided = sum.key_triggers == 0 || sum.key_triggers == sum.triggers;
  result.ci95 = is_one_sided ? one_sided_interval(episodes, sum) : bootstrap_interval(episodes, resamples, seed);
  return result;
}

}  // namespace awd
