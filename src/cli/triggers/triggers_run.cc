// Logs or frames, figures, files.
#include "cli/triggers/triggers_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <set>
#include <vector>

#include "analysis/triggers/trigger_figure.h"
#include "cli/made_by.h"
#include "cli/run_manifest.h"
#include "cli/triggers/logged_triggers.h"
#include "cli/triggers/offline_triggers.h"
#include "cli/video_plan.h"
#include "io/run_directory.h"

namespace awd::cli {
namespace {

namespace fs = std::filesystem;

TriggerReport count_triggers(const InputOptions& input, const TriggersOptions& options, const EngineOptions& engine) {
  TriggerReport report{.input = input.input,
                       .options = {.key_window = options.key_window,
                                   .target_rate = options.target_rate,
                                   .resamples = options.walk.resamples,
                                   .seed = options.seed},
                       .made_by = made_by(input, options, engine)};
  TriggerTally tally(report.options);
  if (options.gate.empty() && is_run_directory(input.input)) {
    add_logged_triggers(input, tally);
    report.format = "run directory";
  } else {
    const auto recording = open_input(input);
    const OfflineSetup setup = add_offline_triggers(*recording, input, options, engine, tally);
    report.open_loop = true;
    report.format = recording->info().format;
    report.control_hz = recording->info().fps;
    report.gate = setup.gate;
    report.importance = setup.importance;
    report.note = setup.note;
  }
  report.arms = tally.summaries();
  return report;
}

/// A name for each arm's figures; the scenario is in it only where there are several.
std::vector<std::string> figure_names(const std::vector<TriggerSummary>& arms) {
  const bool has_one_scenario =
      std::ranges::all_of(arms, [&](const TriggerSummary& arm) { return arm.scenario == arms.front().scenario; });
  std::vector<std::string> names;
  std::set<std::string> taken;
  for (const TriggerSummary& arm : arms) {
    std::string name = file_name_of(has_one_scenario ? arm.arm : fmt::format("{}-{}", arm.scenario, arm.arm));
    for (int number = 2; !taken.insert(name).second; ++number) name += fmt::format("-{}", number);
    names.push_back(name);
  }
  return names;
}

void draw_figures(const std::vector<TriggerSummary>& arms, const fs::path& folder) {
  fs::create_directories(folder);
  const std::vector<std::string> names = figure_names(arms);
  for (std::size_t i = 0; i < arms.size(); ++i) {
    for (const char* kind : {".png", ".svg"}) write_trigger_figure(folder / (names[i] + kind), arms[i]);
  }
}

}  // namespace

TriggersResult run_triggers(const InputOptions& input, const TriggersOptions& options, const EngineOptions& engine) {
  const std::string out = options.output.out.empty() ? default_out("triggers", utc_now()) : options.output.out;
  RunDirectory folder(out);
  TriggerReport report = count_triggers(input, options, engine);
  draw_figures(report.arms, folder.path() / "figures");
  write_file_atomically(folder.path() / kTriggersFile, triggers_json(report));
  folder.commit();
  return {.folder = out, .report = std::move(report)};
}

}  // namespace awd::cli
