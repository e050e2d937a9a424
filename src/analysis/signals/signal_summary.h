// What branch rollouts say about every gate signal: ROC of "continuing the held chunk loses what re-planning wins".
#pragma once

#include <span>
#include <string>
#include <vector>

#include "analysis/signals/branch_samples.h"
#include "analysis/signals/roc.h"

namespace awd {

/// Continuing counts as costly when it loses the episode that re-planning wins, or takes this many steps more.
inline constexpr int kCostlySteps = 10;

/// One signal in one scenario.
struct SignalRoc {
  std::string signal;
  Roc loses;   // positive: continuing fails, re-planning succeeds
  Roc costly;  // positive: `loses`, or both succeed and continuing takes kCostlySteps more steps
};

/// All signals in one scenario for one length of continuation.
struct SignalSummary {
  std::string scenario;
  int more_steps = 0;
  std::int64_t episodes = 0;
  std::int64_t samples = 0;
  std::int64_t continued_wins = 0;  // samples whose continued branch succeeds
  std::int64_t replanned_wins = 0;  // samples whose re-planned branch succeeds
  std::int64_t loses = 0, costly = 0;
  double extra_steps = 0;          // mean of continued minus re-planned where both succeed; NaN without such samples
  std::vector<SignalRoc> signals;  // by falling AUROC of `loses`, undefined ones last
};

/// One summary per scenario and continuation, in order of appearance; intervals are over episodes.
std::vector<SignalSummary> summarise_signals(std::span<const BranchEpisode> episodes, const BootstrapOptions& options);

/// {"scenarios": [...]} indented, NaN as null, ends with a newline.
std::string signals_json(std::span<const SignalSummary> summaries);

/// One table per summary.
std::string signals_table(std::span<const SignalSummary> summaries);

}  // namespace awd
