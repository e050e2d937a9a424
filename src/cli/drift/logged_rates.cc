// Reads episodes.jsonl and adds up the episodes by arm.
#include "cli/drift/logged_rates.h"

#include <cmath>
#include <set>
#include <string>
#include <tuple>

#include "cli/run_manifest.h"
#include "io/episode_log.h"

namespace awd::cli {
namespace {

using EpisodeKey = std::tuple<std::string, std::string, std::string, std::uint64_t>;  // arm, task, scenario, seed

struct Tally {
  std::string arm;
  std::int64_t episodes = 0, steps = 0, full_queries = 0;
};

}  // namespace

std::vector<LoggedRate> logged_rates(const std::filesystem::path& run, const std::vector<RecordedEpisode>& episodes) {
  if (!std::filesystem::exists(run / kRunFile)) return {};
  std::set<EpisodeKey> wanted;
  for (const RecordedEpisode& e : episodes) wanted.emplace(e.arm, e.task, e.scenario, e.seed);
  std::vector<Tally> tallies;
  const EpisodeLogIndex log(run);
  for (const EpisodeLog& e : log.episodes()) {
    if (!wanted.contains({e.arm, e.task, e.scenario, e.seed})) continue;
    if (tallies.empty() || tallies.back().arm != e.arm) tallies.push_back({.arm = e.arm});
    Tally& tally = tallies.back();
    tally.episodes += 1;
    tally.steps += e.steps;
    tally.full_queries += e.full_queries;
  }
  std::vector<LoggedRate> rates;
  for (const Tally& tally : tallies) {
    const double later = double(tally.steps - tally.episodes);
    rates.push_back({.arm = tally.arm,
                     .episodes = tally.episodes,
                     .logged_reuse_rate = later > 0 ? double(tally.steps - tally.full_queries) / later : std::nan(""),
                     .open_loop = {}});
  }
  return rates;
}

}  // namespace awd::cli
