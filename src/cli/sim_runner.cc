// Runs one evaluation episode after another on a world that lives as long as the runner; the policy changes with the
// arm.
#include "cli/sim_runner.h"

#include <fmt/format.h>

#include <algorithm>

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
  explicit SimRunner(const SimRun& run) : run_(run), world_({.image_size = run.engine->info().image_size}) {}

  EpisodeRecord run(const EpisodeJob& job) override {
    const Arm& arm = run_.arms[job.arm];
    // Jobs come arm by arm: one policy at a time is enough.
    if (job.arm != policy_arm_) policy_ = make_policy(run_.engine, arm);
    policy_arm_ = job.arm;

    EpisodeRecord record;
    record.episode = {.episode = job.episode,
                      .arm = arm.name,
                      .task = run_.tasks[job.task],
                      .scenario = run_.scenario,
                      .trial = job.trial,
                      .seed = job.seed};
    const auto video = run_.videos.find(job.episode);
    const bool is_filmed = video != run_.videos.end();
    EpisodeTrace trace;
    const auto outcome = sim::run_episode(
        world_, *policy_,
        {.task = record.episode.task, .scenario = run_.scenario, .seed = job.seed, .max_steps = run_.max_steps},
        [&](const sim::StepView& view) {
          throw_if_interrupted();
          log_step(view, record);
          if (is_filmed) trace.add(view);
        });
    record.episode.success = outcome.success;
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
  static void log_step(const sim::StepView& view, EpisodeRecord& record) {
    record.steps.push_back({.episode = record.episode.episode,
                            .step = view.step,
                            .phase = std::string(view.phase),
                            .decision = view.result.decision,
                            .timing = view.result.timing});
    record.episode.steps += 1;
    record.episode.full_queries += view.result.decision.verdict == Verdict::kRecompute ? 1 : 0;
    record.episode.policy_ms += view.result.timing.total_ms;
  }

  const SimRun& run_;
  sim::World world_;
  std::unique_ptr<Policy> policy_;
  int policy_arm_ = -1;  // -1: no policy made yet
};

}  // namespace

std::unique_ptr<EpisodeRunner> make_sim_runner(const SimRun& run) {
  expect_policy_fits(run.engine->info());
  return std::make_unique<SimRunner>(run);
}

}  // namespace awd::cli
