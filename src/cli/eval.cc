// `awd eval`: arms x tasks x trials in closed loop; prints the table and writes the run directory.
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cctype>
#include <cstdio>
#include <filesystem>
#include <iterator>
#include <map>
#include <memory>

#include "analysis/results_json.h"
#include "analysis/summary.h"
#include "analysis/summary_table.h"
#include "base/clock.h"
#include "cli/commands.h"
#include "cli/eval_jobs.h"
#include "cli/eval_options.h"
#include "cli/options_cli.h"
#include "cli/policy_folder.h"
#include "cli/progress.h"
#include "cli/run_manifest.h"
#include "cli/sim_runner.h"
#include "io/machine_info.h"
#include "io/run_directory.h"
#include "io/video.h"
#include "sim/scenario/scenario.h"
#include "sim/task.h"

namespace awd::cli {
namespace {

namespace fs = std::filesystem;

/// What the command line fills.
struct EvalCommand {
  EvalOptions options;
  EngineOptions engine;
};

/// "runs/eval-20310131-235959" from the present time.
std::string default_out(const std::string& utc) {
  std::string digits;
  std::copy_if(utc.begin(), utc.end(), std::back_inserter(digits), [](unsigned char c) { return std::isdigit(c); });
  return fmt::format("runs/eval-{}-{}", digits.substr(0, 8), digits.substr(8));
}

/// A file name from an arm's name; arms that differ only in other characters are told apart by their number.
std::string video_name(const std::string& arm, int index) {
  std::string name;
  for (const char c : arm) name += std::isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '.' ? c : '_';
  return name == arm ? name + ".mp4" : fmt::format("{}-{}.mp4", name, index);
}

/// The first episode of every arm, if there is an ffmpeg; one warning if not.
std::map<int, fs::path> plan_videos(const SimRun& run, const std::vector<EpisodeJob>& jobs, const fs::path& folder) {
  if (!is_ffmpeg_available()) {
    fmt::print(stderr, "awd: warning: no ffmpeg on the PATH, so no videos are written\n");
    return {};
  }
  std::map<int, fs::path> videos;
  fs::create_directories(folder);
  for (const EpisodeJob& job : jobs) {
    if (job.task == 0 && job.trial == 0) videos[job.episode] = folder / video_name(run.arms[job.arm].name, job.arm);
  }
  return videos;
}

std::vector<ArmInfo> arm_infos(const SimRun& run) {
  std::vector<ArmInfo> infos;
  for (const Arm& arm : run.arms) {
    infos.push_back({arm.name, run.engine->info().name, std::string(word_of(arm.gate.kind)),
                     std::string(word_of(arm.reuse.mode)), run.scenario});
  }
  return infos;
}

/// Runs all episodes, logs them into `folder` and sums them up.
std::vector<ArmSummary> run_episodes(const SimRun& run, const std::vector<EpisodeJob>& jobs, int workers,
                                     const fs::path& folder) {
  EpisodeLogWriter log(folder);
  RunSummary summary(arm_infos(run));
  ProgressBar progress(int(jobs.size()));
  progress.show(0, "");
  run_jobs(
      jobs, workers, [&] { return make_sim_runner(run); },
      [&](const EpisodeRecord& record) {
        log.add(record.episode, record.steps);
        summary.add(record.episode, record.steps);
        progress.show(record.episode.episode + 1, record.episode.arm);
      });
  log.close();
  return summary.arms();
}

void print_results(const std::vector<ArmSummary>& arms, const std::string& results, const EvalOptions& options,
                   const std::string& out) {
  const bool json_on_stdout = options.json == "-";
  std::FILE* table_stream = json_on_stdout ? stderr : stdout;
  fmt::print(table_stream, "{}\nrun directory: {}\n", summary_table(arms), out);
  if (json_on_stdout) {
    fmt::print("{}", results);
  } else if (!options.json.empty()) {
    write_file_atomically(options.json, results);
  }
}

void run_eval(const EvalCommand& command) {
  const EvalOptions& options = command.options;
  const Stopwatch clock;
  EvalManifest manifest;
  manifest.options = options;
  manifest.engine_options = command.engine;
  manifest.started_utc = utc_now();
  manifest.options.out = options.out.empty() ? default_out(manifest.started_utc) : options.out;
  manifest.engine_options.threads = 1;  // the episodes fill the cores

  // Everything that can be wrong with the request is found out before the first episode.
  SimRun run;
  run.arms = parse_arms(options.arms);
  run.tasks = sim::parse_task_list(options.tasks);
  run.scenario = options.scenario;
  run.max_steps = options.max_steps;
  sim::make_scenario(run.scenario, 0);
  manifest.policy_folder = policy_folder(options.policy);
  RunDirectory directory(manifest.options.out);
  run.engine = Engine::load(manifest.policy_folder, manifest.engine_options);
  for (const Arm& arm : run.arms) make_policy(run.engine, arm);

  const auto jobs = plan_jobs(int(run.arms.size()), int(run.tasks.size()), options.trials, options.seed);
  const int workers = std::min(options.threads > 0 ? options.threads : machine_info().cores, int(jobs.size()));
  if (options.video) run.videos = plan_videos(run, jobs, directory.path() / "videos");
  const std::vector<ArmSummary> arms = run_episodes(run, jobs, workers, directory.path());

  manifest.policy = run.engine->info();
  manifest.arms = run.arms;
  manifest.tasks = run.tasks;
  manifest.workers = workers;
  manifest.wall_s = clock.ms() / 1000;
  write_file_atomically(directory.path() / "run.json", eval_manifest_json(manifest));
  const std::string results = results_json(arms);
  write_file_atomically(directory.path() / "results.json", results);
  directory.commit();
  print_results(arms, results, options, manifest.options.out);
}

}  // namespace

void add_eval(CLI::App& app) {
  auto command = std::make_shared<EvalCommand>();
  CLI::App* sub = app.add_subcommand("eval", "closed-loop comparison of arms on simulated tasks");
  add_options(*sub, command->options);
  add_options(*sub, command->engine, {"threads"});
  sub->callback([command] { run_eval(*command); });
}

}  // namespace awd::cli
