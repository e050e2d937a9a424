// Sets up what the episodes of one process share, then hands over to run_shard().
#include "cli/eval_worker.h"

#include "cli/eval_plan.h"
#include "cli/matched_arms.h"
#include "cli/shard_folder.h"
#include "cli/sim_runner.h"
#include "cli/video_plan.h"

namespace awd::cli {

void run_eval_worker(const std::filesystem::path& folder, const std::filesystem::path& shard,
                     const std::function<void()>& on_job) {
  const EvalPlan plan = read_plan(folder / kPlanFile);
  SimRun run;
  run.policies = open_policy(plan.policy);
  run.arms = resolve_arms(plan, folder / kMatchedFile);
  run.tasks = plan.tasks;
  run.scenarios = plan.scenarios;
  run.max_steps = plan.options.run.max_steps;
  if (plan.options.video) run.videos = plan_videos(plan, folder.parent_path() / kVideosFolder);
  JobQueue queue(folder / kQueueFile);
  const std::unique_ptr<EpisodeRunner> runner = make_sim_runner(run);
  EpisodeLogWriter log(shard, plan.options.steps_log ? StepsFile::kWritten : StepsFile::kLeftOut);
  run_shard(plan.jobs, queue, *runner, log, on_job);
  log.close();
}

}  // namespace awd::cli
