// Test support: a small run directory made in this process by the scripted expert, with everything its policy saw.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "cli/run_manifest.h"
#include "io/episode_log.h"
#include "io/run_directory.h"
#include "sim/episode.h"

namespace awd::cli {

/// The scripted expert behind the interface of a policy; plays in `world`.
class ExpertPolicy final : public Policy {
 public:
  explicit ExpertPolicy(const sim::World& world) : world_(world) {}
  const PolicyInfo& info() const override { return info_; }
  void reset(std::uint64_t) override {}
  ActResult act(const Observation&) override {
    action_ = world_.task().expert(world_.scene()).action;
    return {.action = action_, .decision = {}, .timing = {}};
  }

 private:
  const sim::World& world_;
  PolicyInfo info_{};
  sim::Action action_{};
};

/// What the policy saw at one step.
struct SeenStep {
  std::vector<std::uint8_t> pictures;  // of all cameras
  std::vector<float> state, joints;
  std::vector<std::uint8_t> robot_masks;  // of all cameras
};

/// One episode as played.
struct PlayedEpisode {
  EpisodeLog log;
  std::vector<StepLog> steps;
  std::vector<SeenStep> seen;
};

inline void append_picture(const ImageView& view, std::vector<std::uint8_t>& out) {
  out.insert(out.end(), view.data, view.data + std::size_t(view.height) * view.width * 3);
}

inline SeenStep seen_step(std::span<const ImageView> cameras, std::span<const float> state,
                          std::span<const float> joints, std::span<const RobotMask> masks) {
  SeenStep seen{.pictures = {},
                .state = {state.begin(), state.end()},
                .joints = {joints.begin(), joints.end()},
                .robot_masks = {}};
  for (const ImageView& view : cameras) append_picture(view, seen.pictures);
  for (const RobotMask& mask : masks) {
    seen.robot_masks.insert(seen.robot_masks.end(), mask.data, mask.data + kPatchGrid * kPatchGrid);
  }
  return seen;
}

/// Plays one episode; `log` says which, and is filled.
inline PlayedEpisode play_episode(sim::World& world, EpisodeLog log, int max_steps) {
  PlayedEpisode played{.log = std::move(log), .steps = {}, .seen = {}};
  ExpertPolicy policy(world);
  const sim::EpisodeSpec spec{
      .task = played.log.task, .scenario = played.log.scenario, .seed = played.log.seed, .max_steps = max_steps};
  const auto outcome = sim::run_episode(world, policy, spec, [&](const sim::StepView& view) {
    const Observation& o = view.observation;
    played.steps.push_back({.episode = played.log.episode,
                            .step = view.step,
                            .phase = std::string(view.phase),
                            .event = std::string(o.event),
                            .decision = view.result.decision,
                            .action = {view.result.action.begin(), view.result.action.end()},
                            .timing = view.result.timing});
    played.seen.push_back(seen_step(o.cameras, o.state, o.joints, o.robot_masks));
  });
  played.log.success = outcome.success;
  played.log.steps = outcome.steps;
  return played;
}

/// A run of 64-pixel pictures, at most `max_steps` steps an episode.
struct TestRun {
  static constexpr int kImageSize = 64;
  int max_steps = 70;
  std::vector<PlayedEpisode> episodes{};
  std::unique_ptr<sim::World> world{};  // made by the first play()

  /// Plays the next episode.
  void play(const std::string& arm, const std::string& task, const std::string& scenario, std::uint64_t seed) {
    if (!world) world = std::make_unique<sim::World>(sim::WorldOptions{.image_size = kImageSize});
    EpisodeLog log{.episode = int(episodes.size()), .arm = arm, .task = task, .scenario = scenario, .seed = seed};
    episodes.push_back(play_episode(*world, std::move(log), max_steps));
  }

  /// Writes run.json and the logs into an existing folder, replacing them.
  void write(const std::filesystem::path& folder) const {
    EvalManifest manifest;
    manifest.plan.options.run.max_steps = max_steps;
    manifest.policy.image_size = kImageSize;
    EpisodeLogWriter writer(folder);
    for (const PlayedEpisode& episode : episodes) {
      writer.add(episode.log, episode.steps);
      auto& scenarios = manifest.plan.scenarios;
      if (std::ranges::find(scenarios, episode.log.scenario) == scenarios.end()) {
        scenarios.push_back(episode.log.scenario);
      }
    }
    writer.close();
    write_file_atomically(folder / kRunFile, eval_manifest_json(manifest));
  }
};

}  // namespace awd::cli
