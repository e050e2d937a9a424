// The coordinating process and the worker of `awd signals`. A shard holds one line per finished episode.
#include "cli/signals_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <fstream>

#include "analysis/signals/signal_summary.h"
#include "awd/error.h"
#include "base/named_text.h"
#include "cli/branch_rollouts.h"
#include "cli/eval_plan.h"
#include "cli/job_queue.h"
#include "cli/plan_file.h"
#include "cli/run_manifest.h"
#include "cli/shard_folder.h"
#include "cli/worker_processes.h"
#include "io/run_directory.h"
#include "sim/task.h"
#include "sim/world.h"

namespace awd::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kCommand = "signals";

/// What coordinator and workers derive from the options.
struct SignalsPlan {
  SignalsOptions options;
  PlannedPolicy policy;
  BranchOptions branches;
  std::vector<std::string> tasks;
  std::vector<std::string> scenarios;
  std::vector<EpisodeJob> jobs;
};

std::vector<int> parse_steps(const std::string& text) {
  std::vector<int> steps;
  for (const std::string& part : split_outside_braces(text, ',')) {
    int value = 0;
    const auto [end, code] = std::from_chars(part.data(), part.data() + part.size(), value);
    if (code != std::errc{} || end != part.data() + part.size() || value < 1) {
      throw Error("option k", fmt::format("expected numbers of steps such as 5,10, got \"{}\"", text));
    }
    steps.push_back(value);
  }
  return steps;
}

SignalsPlan make_signals_plan(const SignalsOptions& options, const PlannedPolicy& policy) {
  SignalsPlan plan{.options = options, .policy = policy, .branches = {}, .tasks = {}, .scenarios = {}, .jobs = {}};
  plan.branches = {.driver = parse_arm(options.driver),
                   .more_steps = parse_steps(options.k),
                   .samples = options.samples,
                   .execute = options.execute};
  plan.tasks = sim::parse_task_list(options.run.tasks);
  plan.scenarios = parse_scenario_list(options.scenario);
  plan.jobs = plan_jobs({.tasks = supported_tasks(plan.scenarios, plan.tasks, options.run.tasks != "all"),
                         .arms = 1,
                         .trials = options.episodes,
                         .seed = options.seed});
  return plan;
}

sim::EpisodeSpec spec_of(const SignalsPlan& plan, const EpisodeJob& job) {
  return {.task = plan.tasks[std::size_t(job.task)],
          .scenario = plan.scenarios[std::size_t(job.scenario)],
          .seed = job.seed,
          .max_steps = plan.options.run.max_steps};
}

/// Appends `episode` as one line; it is complete when its newline is there.
void append(std::ofstream& stream, const BranchEpisode& episode) {
  stream << branch_line(episode) << std::flush;
  if (!stream) throw Error(kSamplesFile, "expected to write the samples, got a write error (disk full?)");
}

/// The complete lines of a file; a last line without its newline is dropped.
std::vector<BranchEpisode> read_lines(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::vector<BranchEpisode> episodes;
  std::string line;
  while (std::getline(stream, line) && !stream.eof()) {
    episodes.push_back(parse_branch_line(line, fmt::format("{}:{}", file.string(), episodes.size() + 1)));
  }
  return episodes;
}

/// Everything in the shards, in the order of the jobs.
std::vector<BranchEpisode> read_shards(const fs::path& folder) {
  std::vector<BranchEpisode> episodes;
  for (const fs::path& shard : list_shards(folder))
    std::ranges::move(read_lines(shard / kSamplesFile), std::back_inserter(episodes));
  std::ranges::sort(episodes, {}, &BranchEpisode::job);
  return episodes;
}

std::vector<int> open_jobs(const SignalsPlan& plan, const std::vector<BranchEpisode>& finished) {
  std::vector<int> open;
  for (const EpisodeJob& job : plan.jobs) {
    if (!std::ranges::binary_search(finished, job.episode, {}, &BranchEpisode::job)) open.push_back(job.episode);
  }
  return open;
}

}  // namespace

void run_signals_worker(const fs::path& folder, const fs::path& shard, const std::function<void()>& on_job) {
  SignalsOptions options;
  PlannedPolicy policy;
  read_plan_text(folder / kPlanFile, kCommand, options, policy);
  const SignalsPlan plan = make_signals_plan(options, policy);
  const auto engine = Engine::load(policy.folder, policy.engine);
  BranchRollouts rollouts(engine, plan.branches);
  sim::World world({.image_size = engine->info().image_size});
  JobQueue queue(folder / kQueueFile);
  std::ofstream log(shard / kSamplesFile, std::ios::binary);
  while (const auto job = queue.claim()) {
    BranchEpisode episode = rollouts.run(world, spec_of(plan, plan.jobs.at(std::size_t(*job))));
    episode.job = *job;
    append(log, episode);
    queue.finish();
    on_job();
  }
}

SignalsResult run_signals(const SignalsOptions& options, const EngineOptions& engine_options) {
  const PlannedPolicy policy = plan_policy(options.run.policy, engine_options);
  const SignalsPlan plan = make_signals_plan(options, policy);
  const std::string out = options.output.out.empty() ? default_out(kCommand, utc_now()) : options.output.out;
  ShardFolder shards(out, plan_text(kCommand, options, policy), options.run.resume);
  (void)BranchRollouts(Engine::load(policy.folder, policy.engine), plan.branches);
  const std::vector<BranchEpisode> before = read_shards(shards.path());
  (void)run_jobs(shards, kSignalsWorker, open_jobs(plan, before), int(before.size()), options.run.processes);
  shards.keep();

  const std::vector<BranchEpisode> episodes = read_shards(shards.path());
  std::string lines;
  for (const BranchEpisode& episode : episodes) lines += branch_line(episode);
  write_file_atomically(shards.run() / kSamplesFile, lines);
  SignalsResult result{.folder = out, .summaries = summarise_signals(episodes, {.resamples = options.resamples})};
  write_file_atomically(shards.run() / kRunFile, plan_text(kCommand, options, policy));
  write_file_atomically(shards.run() / kSignalsFile, signals_json(result.summaries));
  shards.remove();
  return result;
}

}  // namespace awd::cli
