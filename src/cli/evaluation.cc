// The coordinating process of an evaluation.
#include "cli/evaluation.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "analysis/figures/success_figure.h"
#include "analysis/results_json.h"
#include "analysis/summary_table.h"
#include "base/clock.h"
#include "cli/eval_plan.h"
#include "cli/eval_worker.h"
#include "cli/matched_arms.h"
#include "cli/policy_source.h"
#include "cli/print_result.h"
#include "cli/run_manifest.h"
#include "cli/shard_folder.h"
#include "cli/video_plan.h"
#include "cli/worker_processes.h"
#include "io/run_directory.h"
#include "io/video.h"

namespace awd::cli {
namespace {

namespace fs = std::filesystem;

std::vector<ArmInfo> arm_infos(const EvalPlan& plan, const std::string& policy) {
  std::vector<ArmInfo> infos;
  for (const Arm& arm : plan.arms) {
    infos.push_back({.name = arm.name,
                     .policy = policy,
                     .gate = std::string(word_of(arm.gate.kind)),
                     .mode = std::string(word_of(arm.reuse.mode))});
  }
  return infos;
}

/// Makes every policy once, so that options that do not fit are found out before the first episode.
void expect_arms_fit(const PolicySource& policies, const EvalPlan& plan) {
  (void)split_matched_jobs(plan);
  for (Arm arm : plan.arms) {
    arm.matched_to.reset();
    (void)policies.make(arm);
  }
}

/// Runs those of `jobs` that are not finished. Returns the number of processes used.
int run_episodes(ShardFolder& shards, const EvalPlan& plan, const std::vector<int>& jobs) {
  const std::vector<bool> is_finished = finished_episodes(shards.path(), int(plan.jobs.size()));
  std::vector<int> open;
  std::ranges::copy_if(jobs, std::back_inserter(open), [&](int job) { return !is_finished[std::size_t(job)]; });
  return run_jobs(shards, kEvalWorker, open, int(jobs.size() - open.size()), plan.options.run.processes);
}

/// Runs every job: first those whose arms are known, then those that depend on the first.
int run_all_episodes(ShardFolder& shards, const EvalPlan& plan, int horizon) {
  const auto [known, matched] = split_matched_jobs(plan);
  int processes = run_episodes(shards, plan, known);
  if (matched.empty()) return processes;
  write_matched_arms(shards.path(), plan, horizon);
  return std::max(processes, run_episodes(shards, plan, matched));
}

/// Joins the shards into the run directory's logs and sums them up.
std::vector<ArmSummary> merge_logs(const ShardFolder& shards, const EvalPlan& plan, const std::string& policy) {
  EpisodeLogWriter log(shards.run(), plan.options.steps_log ? StepsFile::kWritten : StepsFile::kLeftOut);
  RunSummary summary(summary_rows(plan.scenarios, arm_infos(plan, policy)));
  merge_shards(shards.path(), int(plan.jobs.size()), [&](const EpisodeLog& episode, const std::vector<StepLog>& steps) {
    log.add(episode, steps);
    summary.add(episode, steps);
  });
  log.close();
  return summary.arms();
}

}  // namespace

std::string write_results(const fs::path& run, const std::vector<ArmSummary>& arms) {
  fs::create_directories(run / "figures");
  for (const auto& [scenario, figure] : success_figures(arms)) {
    for (const char* kind : {".png", ".svg"}) {
      write_success_figure(run / "figures" / (file_name_of(scenario) + kind), figure);
    }
  }
  std::string results = results_json(arms);
  write_file_atomically(run / "results.json", results);
  return results;
}

Evaluation run_evaluation(const EvalOptions& options, const EngineOptions& engine_options) {
  const Stopwatch clock;
  EvalManifest manifest;
  manifest.started_utc = utc_now();
  // Everything that can be wrong with the request is found out before the run directory is claimed.
  EvalPlan plan = make_plan(options, engine_options);
  if (plan.options.output.out.empty()) plan.options.output.out = default_out("eval", manifest.started_utc);
  if (plan.options.video && !is_ffmpeg_available()) {
    fmt::print(stderr, "awd: warning: no ffmpeg on the PATH, so no videos are written\n");
    plan.options.video = false;
  }
  const std::string& out = plan.options.output.out;
  const std::unique_ptr<PolicySource> policies = open_policy(plan.policy);
  expect_arms_fit(*policies, plan);
  ShardFolder shards(out, plan_json(plan), plan.options.run.resume);
  if (plan.options.video) fs::create_directories(shards.run() / kVideosFolder);

  manifest.processes = run_all_episodes(shards, plan, policies->info().horizon);
  shards.keep();
  Evaluation evaluation{.folder = out, .arms = merge_logs(shards, plan, policies->info().name), .results = {}};
  manifest.policy = policies->info();
  manifest.plan = plan;
  manifest.matched = read_matched_arms(shards.path() / kMatchedFile);
  manifest.wall_s = clock.ms() / 1000;
  write_file_atomically(shards.run() / kRunFile, eval_manifest_json(manifest));
  evaluation.results = write_results(shards.run(), evaluation.arms);
  shards.remove();
  return evaluation;
}

void print_evaluation(const Evaluation& evaluation, const std::string& json) {
  print_result(fmt::format("{}\nrun directory: {}\n", summary_table(evaluation.arms), evaluation.folder),
               evaluation.results, json);
}

}  // namespace awd::cli
