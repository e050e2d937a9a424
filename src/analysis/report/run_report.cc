// Walks the logs of a run directory once and hands every episode to whoever counts it.
#include "analysis/report/run_report.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/report/episode_columns.h"
#include "awd/error.h"
#include "io/episode_log.h"

namespace awd::report {
namespace {

namespace fs = std::filesystem;

template <class T>
int position(const std::vector<T>& list, const T& value) {
  const auto found = std::ranges::find(list, value);
  return found == list.end() ? -1 : int(found - list.begin());
}

/// The row of an episode's arm and scenario. Throws where run.json has no such row.
std::size_t row_of(const std::vector<ArmInfo>& rows, const EpisodeLog& episode, const std::string& where) {
  const auto found = std::ranges::find_if(
      rows, [&](const ArmInfo& row) { return row.name == episode.arm && row.scenario == episode.scenario; });
  if (found == rows.end()) {
    throw Error(where, fmt::format("expected arms and scenarios of run.json, got arm \"{}\" in scenario \"{}\"",
                                   episode.arm, episode.scenario));
  }
  return std::size_t(found - rows.begin());
}

/// Leaves out rows without episodes: arms that a scenario of a merged run never met.
void drop_empty_rows(RunReport& report) {
  for (std::size_t i = report.arms.size(); i-- > 0;) {
    if (report.arms[i].episodes > 0) continue;
    report.arms.erase(report.arms.begin() + std::ptrdiff_t(i));
    report.profiles.erase(report.profiles.begin() + std::ptrdiff_t(i));
  }
}

/// "demo" of "runs/demo/".
std::string last_name(const fs::path& folder) {
  const fs::path path = fs::absolute(folder).lexically_normal();
  return (path.has_filename() ? path : path.parent_path()).filename().string();
}

}  // namespace

RunReport read_run_report(const fs::path& folder, const ReadOptions& options) {
  RunReport report{.name = last_name(folder), .manifest = read_run_manifest(folder, options.format)};
  const std::vector<ArmInfo> rows = summary_rows(report.manifest.scenarios, report.manifest.arms);
  RunSummary summary(rows);
  report.profiles.resize(rows.size());
  EpisodeLogIndex log(folder);
  report.has_steps = log.has_steps();
  const std::string where = (folder / kEpisodesFile).string();
  if (log.episodes().empty()) throw Error(where, "expected at least one episode, got none");

  std::map<std::tuple<std::size_t, std::string>, int> trials;  // played so far, of a row and task
  for (std::size_t i = 0; i < log.episodes().size(); ++i) {
    const EpisodeLog& episode = log.episodes()[i];
    const std::size_t row = row_of(rows, episode, where);
    const std::vector<StepLog> steps = log.read_steps(i);
    summary.add(episode, steps);
    report.profiles[row].add(episode, steps);
    report.episodes += 1;
    report.steps += episode.steps;
    if (position(report.tasks, episode.task) < 0) report.tasks.push_back(episode.task);
    const bool is_played = options.played_trials == 0 || trials[{row, episode.task}]++ < options.played_trials;
    if (!report.has_steps || steps.empty() || !is_played) continue;
    Json columns = episode_columns(episode, steps);
    columns["scenario"] = position(report.manifest.scenarios, episode.scenario);
    columns["arm"] =
        std::ranges::find(report.manifest.arms, episode.arm, &ArmInfo::name) - report.manifest.arms.begin();
    columns["task"] = position(report.tasks, episode.task);
    report.played.push_back(std::move(columns));
  }
  report.arms = summary.arms();
  drop_empty_rows(report);
  expect_same_results(folder, report.arms, report.has_steps);
  return report;
}

}  // namespace awd::report
