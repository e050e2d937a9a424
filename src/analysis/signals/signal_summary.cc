// Labels the samples, collects each signal's scores and hands them to roc_of().
#include "analysis/signals/signal_summary.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace awd {
namespace {

/// One sample with one of its continuations.
struct Labelled {
  const BranchSample* sample;
  int episode;
  bool loses;
  bool costly;
};

using Group = std::pair<std::string, int>;  // scenario, more_steps

std::vector<Group> groups_of(std::span<const BranchEpisode> episodes) {
  std::vector<Group> groups;
  for (const BranchEpisode& episode : episodes) {
    for (const BranchSample& sample : episode.samples) {
      for (const ContinuedBranch& branch : sample.continued) {
        const Group group{episode.scenario, branch.more_steps};
        if (std::ranges::find(groups, group) == groups.end()) groups.push_back(group);
      }
    }
  }
  return groups;
}

Labelled label(const BranchSample& sample, const BranchOutcome& continued, int episode) {
  const BranchOutcome& replanned = sample.replanned;
  const bool loses = replanned.success && !continued.success;
  const bool is_slow = replanned.success && continued.success && continued.steps - replanned.steps >= kCostlySteps;
  return {&sample, episode, loses, loses || is_slow};
}

/// Counts one sample into the summary and returns its label.
Labelled count(const BranchSample& sample, const BranchOutcome& continued, int episode, SignalSummary& summary,
               std::vector<double>& extra_steps) {
  const Labelled labelled = label(sample, continued, episode);
  summary.samples += 1;
  summary.continued_wins += continued.success ? 1 : 0;
  summary.replanned_wins += sample.replanned.success ? 1 : 0;
  summary.loses += labelled.loses ? 1 : 0;
  summary.costly += labelled.costly ? 1 : 0;
  if (continued.success && sample.replanned.success) extra_steps.push_back(continued.steps - sample.replanned.steps);
  return labelled;
}

std::vector<std::string> signals_of(const std::vector<Labelled>& samples) {
  std::vector<std::string> names;
  for (const Labelled& labelled : samples) {
    for (const auto& [name, score] : labelled.sample->scores) {
      if (std::ranges::find(names, name) == names.end()) names.push_back(name);
    }
  }
  return names;
}

SignalRoc roc_of_signal(const std::string& name, const std::vector<Labelled>& samples,
                        const BootstrapOptions& options) {
  std::vector<ScoredCase> loses, costly;
  for (const Labelled& labelled : samples) {
    const auto score = labelled.sample->scores.find(name);
    if (score == labelled.sample->scores.end()) continue;
    loses.push_back({score->second, labelled.loses, labelled.episode});
    costly.push_back({score->second, labelled.costly, labelled.episode});
  }
  return {name, roc_of(loses, options), roc_of(costly, options)};
}

double mean(const std::vector<double>& values) {
  double sum = 0;
  for (const double value : values) sum += value;
  return values.empty() ? std::numeric_limits<double>::quiet_NaN() : sum / double(values.size());
}

SignalSummary summarise(const Group& group, std::span<const BranchEpisode> episodes, const BootstrapOptions& options) {
  SignalSummary summary;
  std::tie(summary.scenario, summary.more_steps) = group;
  std::vector<Labelled> samples;
  std::vector<double> extra_steps;
  for (std::size_t e = 0; e < episodes.size(); ++e) {
    if (episodes[e].scenario != summary.scenario) continue;
    summary.episodes += 1;
    for (const BranchSample& sample : episodes[e].samples) {
      for (const ContinuedBranch& branch : sample.continued) {
        if (branch.more_steps != summary.more_steps) continue;
        samples.push_back(count(sample, branch.outcome, int(e), summary, extra_steps));
      }
    }
  }
  summary.extra_steps = mean(extra_steps);
  for (const std::string& name : signals_of(samples)) summary.signals.push_back(roc_of_signal(name, samples, options));
  std::ranges::stable_sort(summary.signals, [](const SignalRoc& a, const SignalRoc& b) {
    const auto key = [](const SignalRoc& s) { return std::isnan(s.loses.auroc) ? -1 : s.loses.auroc; };
    return key(a) > key(b);
  });
  return summary;
}

}  // namespace

std::vector<SignalSummary> summarise_signals(std::span<const BranchEpisode> episodes, const BootstrapOptions& options) {
  std::vector<SignalSummary> summaries;
  for (const Group& group : groups_of(episodes)) summaries.push_back(summarise(group, episodes, options));
  return summaries;
}

}  // namespace awd
