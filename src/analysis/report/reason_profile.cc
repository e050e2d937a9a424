// Counts steps per group of reasons along the normalised time of an episode and per phase.
#include "analysis/report/reason_profile.h"

#include <algorithm>
#include <numeric>

namespace awd::report {
namespace {

/// Place of a phase in kPhaseOrder; behind it for others.
std::ptrdiff_t rank_of(std::string_view phase) { return std::ranges::find(kPhaseOrder, phase) - kPhaseOrder.begin(); }

double total(const GroupCounts& counts) { return std::accumulate(counts.begin(), counts.end(), 0.0); }

ReasonProfile::Share summed(std::span<const EpisodeShare> episodes) {
  ReasonProfile::Share share{.ci95 = share_interval(episodes)};
  double whole = 0;
  for (const EpisodeShare& episode : episodes) {
    share.steps += episode.part;
    whole += episode.whole;
  }
  share.rate = whole > 0 ? share.steps / whole : 0;
  return share;
}

/// The share of what `part` picks of every episode's counts.
template <class Part>
ReasonProfile::Share picked(const std::vector<GroupCounts>& episodes, Part part) {
  std::vector<EpisodeShare> shares;
  shares.reserve(episodes.size());
  for (const GroupCounts& counts : episodes) shares.push_back({part(counts), total(counts)});
  return summed(shares);
}

}  // namespace

void ReasonProfile::add(const EpisodeLog& episode, std::span<const StepLog> steps) {
  const double whole = std::accumulate(episode.reasons.begin(), episode.reasons.end(), 0.0);
  for (std::size_t i = 0; i < reasons_.size(); ++i) reasons_[i].push_back({double(episode.reasons[i]), whole});
  if (!steps.empty()) add_steps(steps);
}

void ReasonProfile::add_steps(std::span<const StepLog> steps) {
  ++episodes_;
  const double width = double(kTimelineBins) / double(steps.size());  // bins per step
  std::map<std::string, GroupCounts> phases;
  for (std::size_t i = 0; i < steps.size(); ++i) {
    const auto group = std::size_t(group_of(steps[i].decision.reason));
    phases[steps[i].phase][group] += 1;
    if (steps[i].decision.reason == Reason::kFirstStep) continue;
    const double begin = double(i) * width, end = begin + width;
    for (int bin = int(begin); bin < kTimelineBins && bin < end; ++bin) {
      timeline_[std::size_t(bin)][group] += std::max(0.0, std::min(end, bin + 1.0) - std::max(begin, double(bin)));
    }
  }
  for (const auto& [phase, counts] : phases) phases_[phase].push_back(counts);
}

std::array<GroupCounts, kTimelineBins> ReasonProfile::timeline() const {
  std::array<GroupCounts, kTimelineBins> shares = timeline_;
  for (GroupCounts& counts : shares) {
    for (double& count : counts) count = episodes_ > 0 ? std::min(1.0, count / episodes_) : 0;
  }
  return shares;
}

std::vector<ReasonProfile::Phase> ReasonProfile::phases() const {
  std::vector<Phase> phases;
  for (const auto& [name, episodes] : phases_) {
    Phase phase{.phase = name, .episodes = int(episodes.size()), .queries = {}};
    for (const GroupCounts& counts : episodes) phase.steps += total(counts);
    for (std::size_t g = 0; g < phase.groups.size(); ++g) {
      phase.groups[g] = picked(episodes, [g](const GroupCounts& counts) { return counts[g]; });
    }
    phase.queries = picked(
        episodes, [](const GroupCounts& counts) { return total(counts) - counts[std::size_t(ReasonGroup::kReuse)]; });
    phases.push_back(std::move(phase));
  }
  std::ranges::stable_sort(phases, {}, [](const Phase& phase) { return rank_of(phase.phase); });
  return phases;
}

ReasonProfile::Share ReasonProfile::share_of(Reason reason) const { return summed(reasons_[std::size_t(reason)]); }

}  // namespace awd::report
