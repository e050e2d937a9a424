// Picks the episodes by their lines in episodes.jsonl, then reads the steps of those only.
#include "cli/triggers/logged_triggers.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "awd/error.h"
#include "base/named_text.h"
#include "cli/interrupt.h"
#include "cli/progress.h"
#include "cli/run_manifest.h"
#include "cli/shard_folder.h"
#include "io/episode_log.h"

namespace awd::cli {
namespace {

namespace fs = std::filesystem;

/// The wanted names of the option `what`; empty: all. Throws on one that is not among `known`.
std::vector<std::string> wanted_names(const char* what, const std::string& text,
                                      const std::vector<std::string>& known) {
  if (text.empty() || text == "all") return {};
  std::vector<std::string> names = split_outside_braces(text, ',');
  for (const std::string& name : names) {
    if (std::ranges::find(known, name) == known.end()) {
      throw Error(fmt::format("option {}", what),
                  fmt::format("expected one of {}, got \"{}\"", fmt::join(known, ", "), name));
    }
  }
  return names;
}

std::vector<std::string> names_of(const std::vector<EpisodeLog>& episodes, std::string EpisodeLog::*name) {
  std::vector<std::string> names;
  for (const EpisodeLog& episode : episodes) {
    if (std::ranges::find(names, episode.*name) == names.end()) names.push_back(episode.*name);
  }
  return names;
}

/// Indices of the episodes that are left.
std::vector<std::size_t> pick(const std::vector<EpisodeLog>& episodes, const InputOptions& input) {
  const auto arms = wanted_names("arm", input.arm, names_of(episodes, &EpisodeLog::arm));
  const auto tasks = wanted_names("tasks", input.tasks, names_of(episodes, &EpisodeLog::task));
  const auto is_wanted = [](const std::vector<std::string>& names, const std::string& name) {
    return names.empty() || std::ranges::find(names, name) != names.end();
  };
  std::map<std::tuple<std::string, std::string, std::string>, int> taken;
  std::vector<std::size_t> picked;
  for (std::size_t i = 0; i < episodes.size(); ++i) {
    const EpisodeLog& episode = episodes[i];
    if (!is_wanted(arms, episode.arm) || !is_wanted(tasks, episode.task)) continue;
    int& count = taken[{episode.arm, episode.scenario, episode.task}];
    if (input.episodes > 0 && count >= input.episodes) continue;
    ++count;
    picked.push_back(i);
  }
  return picked;
}

}  // namespace

bool is_run_directory(const fs::path& path) {
  return fs::exists(path / kRunFile) || fs::exists(path / kEpisodesFile) || fs::exists(path / kShardsFolder);
}

void add_logged_triggers(const InputOptions& input, TriggerTally& tally) {
  const fs::path run = input.input;
  if (!fs::exists(run / kEpisodesFile) && fs::exists(run / kShardsFolder)) {
    throw Error(input.input, "expected a finished run, got one that awd eval --resume has to finish first");
  }
  EpisodeLogIndex log(run);
  if (log.episodes().empty()) throw Error((run / kEpisodesFile).string(), "expected episodes, got none");
  if (!log.has_steps()) {
    throw Error((run / kStepsFile).string(), "expected the log of steps, got none (a run with --no-steps-log)");
  }
  const std::vector<std::size_t> picked = pick(log.episodes(), input);
  if (picked.empty()) throw Error(input.input, "expected episodes of these arms and tasks, got none");
  ProgressBar bar(int(picked.size()));
  for (std::size_t i = 0; i < picked.size(); ++i) {
    throw_if_interrupted();
    tally.add(log.episodes()[picked[i]], log.read_steps(picked[i]));
    bar.show(int(i) + 1, "episodes");
  }
}

}  // namespace awd::cli
