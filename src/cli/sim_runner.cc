// Runs one evaluation episode after another on a world that lives as long as the runner; the policy changes with the
// arm.
#include "cli/sim_runner.h"

#include <fmt/format.h>

#include <algorithm>

#include "analysis/episode_tally.h"
#include "awd/error.h"
#include "cli/episode_video.h"
#include "cli/interrupt.h"
#include "sim/episode.h"
#include "sim/world.h"

namespace awd::cli {
namespace {

void expect_policy_fits(const EngineInfo& policy) {
  if (!std::ranges::equal(policy.cameras, sim::kCameraNames)) {
    throw Error("policy " + policy.name,
                fmt::format("expected the cameras {}, got {}", fmt::join(sim::kCameraNames, ", "),
                            fmt::join(policy.cameras, ", ")));
  }
  if (policy.state_dim != sim::kStateDim || policy.action_dim != sim::kActionDim) {
    throw Error("policy " + policy.name,
                fmt::format("expected {} state and {} action numbers, got {} and {}", sim::kStateDim, sim::kActionDim,
                            policy.state_dim, policy.action_dim));
  }
}

class SimRunner final : public EpisodeRunner {
 public:
  explicit SimRunner(const SimRun& run) : run_(run), world_({.image_size = run.policies->info().image_size}) {}

  EpisodeRecord run(const EpisodeJob& job) override {
    const Arm& arm = run_.arms[job.scenario][job.arm];
    // Jobs come arm by arm: one policy at a time is enough.
    if (&arm != policy_arm_) policy_ = run_.policies->make(arm);
    policy_arm_ = &arm;

    EpisodeRecord record;
    record.episode = {.episode = job.episode,
                      .arm = arm.name,
                      .task = run_.tasks[job.task],
                      .scenario = run_.scenarios[job.scenario],
                      .trial = job.trial,
                      .seed = job.seed};
    const auto video = run_.videos.find(job.episode);
    const bool is_filmed = video != run_.videos.end();
    EpisodeTrace trace;
    const auto outcome = sim::run_episode(world_, *policy_,
                                          {.task = record.episode.task,
                                           .scenario = record.episode.scenario,
                                           .seed = job.seed,
                                           .max_steps = run_.max_steps},
                                          [&](const sim::StepView& view) {
                                            throw_if_interrupted();
                                            record.steps.push_back(step_log(view, job.episode));
                                            if (is_filmed) trace.add(view);
                                          });
    record.episode.success = outcome.success;
    tally_steps(record.steps, record.episode);
    if (is_filmed) {
      write_episode_video(video->second, {.arm = arm,
                                          .camera_names = policy_->info().cameras,
                                          .trace = trace,
                                          .episode = record.episode,
                                          .steps = record.steps});
    }
    return record;
  }

 private:
  static StepLog step_log(const sim::StepView& view, int episode) {
    return {.episode = episode,
            .step = view.step,
            .phase = std::string(view.phase),
            .event = std::string(view.observation.event),
            .decision = view.result.decision,
            .action = {view.result.action.begin(), view.result.action.end()},
            .query_work = view.result.query_work,
            .timing = view.result.timing};
  }

  const SimRun& run_;
  sim::World world_;
  std::unique_ptr<Policy> policy_;
  const Arm* policy_arm_ = nullptr;  // what policy_ runs
};

}  // namespace

std::unique_ptr<EpisodeRunner> make_sim_runner(const SimRun& run) {
  expect_policy_fits(run.policies->info());
  return std::make_unique<SimRunner>(run);
}

}  // namespace awd::cli
