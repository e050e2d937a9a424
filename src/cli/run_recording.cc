// Reads run.json and the logs; replays one episode per reader and holds it against its log step by step.
#include "cli/run_recording.h"

#include <fmt/format.h>

#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "awd/error.h"
#include "cli/run_manifest.h"
#include "cli/shard_folder.h"
#include "cli/thread_world.h"
#include "engine/json_file.h"
#include "io/episode_log.h"
#include "sim/action.h"
#include "sim/episode.h"

namespace awd::cli {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRunAgain = "the run is of an earlier version: make it again with awd eval";
constexpr int kMaxPictureSide = 1024, kMaxSteps = 100000;  // the limits of WorldOptions and EvalOptions

/// What a replay needs of run.json.
struct RunFacts {
  int image_size = 0;
  int max_steps = 0;
  std::map<std::string, std::string> scenarios;  // name in the logs -> every option spelled out
};

RunFacts read_facts(const fs::path& run) {
  const std::string file = (run / kRunFile).string();
  const nlohmann::json json = read_json_object(file);
  const JsonFields fields(file, json);
  if (const std::string format = fields.text("format"); format != kRunFormat) {
    fields.fail("format", kRunFormat, fmt::format("{} ({})", format, kRunAgain));
  }
  if (!fields.field("policy").contains("image_size")) {
    fields.fail("policy.image_size", "a value", fmt::format("none ({})", kRunAgain));
  }
  RunFacts facts;
  facts.image_size = fields.object("policy").integer("image_size", 16, kMaxPictureSide);
  facts.max_steps = fields.object("options").integer("max_steps", 1, kMaxSteps);
  const nlohmann::json& scenarios = fields.field("scenarios");
  if (!scenarios.is_array()) fields.fail("scenarios", "an array", scenarios.dump());
  for (const nlohmann::json& entry : scenarios) {
    const JsonFields scenario(file, entry, "scenarios.");
    facts.scenarios[scenario.text("name")] = scenario.text("resolved");
  }
  return facts;
}

/// One episode to play again.
struct ReplayPlan {
  std::string where;  // run and episode, for messages
  sim::EpisodeSpec spec;
  int image_size = 0;
  bool with_labels = false;
  bool success = false;  // as logged
  std::vector<StepLog> steps;
};

/// Plays the logged actions.
class Replay final : public EpisodeReader {
 public:
  explicit Replay(ReplayPlan plan) : plan_(std::move(plan)), world_(plan_.image_size), episode_(*world_, plan_.spec) {}

  bool next(RecordedFrame& frame) override {
    if (is_finished_) return false;
    if (step_ > 0) episode_.execute(log(step_ - 1).action);
    expect("an episode that is", episode_.is_over() ? "over" : "not over", step_ == length() ? "over" : "not over");
    if (step_ == length()) {
      is_finished_ = true;
      expect("success", word(episode_.outcome().success), word(plan_.success));
      return false;
    }
    const Observation observation = episode_.observe();
    expect("phase", world_->phase(), log(step_).phase);
    expect("event", observation.event, log(step_).event);
    frame = {.step = step_,
             .cameras = observation.cameras,
             .state = observation.state,
             .joints = observation.joints,
             .action = log(step_).action,
             .phase = world_->phase(),
             .event = observation.event,
             .labels = {},
             .robot_masks = observation.robot_masks};
    if (plan_.with_labels) frame.labels = world_->labels();
    ++step_;
    return true;
  }

 private:
  int length() const { return int(plan_.steps.size()); }
  const StepLog& log(int step) const { return plan_.steps[std::size_t(step)]; }
  static std::string_view word(bool success) { return success ? "true" : "false"; }

  void expect(const char* what, std::string_view replayed, std::string_view logged) const {
    if (replayed == logged) return;
    throw Error(fmt::format("{}, step {}", plan_.where, step_),
                fmt::format("replay: expected {} \"{}\" as logged, got \"{}\" (was the run made by another build or on "
                            "another machine?)",
                            what, logged, replayed));
  }

  ReplayPlan plan_;
  ThreadWorld world_;
  sim::Episode episode_;
  int step_ = 0;  // of the frame that comes next
  bool is_finished_ = false;
};

class RunRecording final : public Recording {
 public:
  RunRecording(const fs::path& run, WithLabels labels)
      : run_(run), with_labels_(labels == WithLabels::kYes), facts_(read_facts(run)), log_(run) {
    info_ = {.path = run.string(),
             .format = "run directory",
             .cameras = {sim::kCameraNames.begin(), sim::kCameraNames.end()},
             .state_dim = sim::kStateDim,
             .action_dim = sim::kActionDim,
             .fps = 20};
    if (log_.episodes().empty()) throw Error((run / kEpisodesFile).string(), "expected episodes, got none");
    if (!log_.has_steps()) {
      throw Error((run / kStepsFile).string(), "expected a log of steps, got none (a run of --no-steps-log)");
    }
    for (const EpisodeLog& episode : log_.episodes()) {
      if (!facts_.scenarios.contains(episode.scenario)) {
        throw Error((run / kRunFile).string(), fmt::format("key \"scenarios\": expected scenario \"{}\" of episode {}, "
                                                           "got none of that name",
                                                           episode.scenario, episode.episode));
      }
      episodes_.push_back({.name = fmt::format("episode {}", episode.episode),
                           .task = episode.task,
                           .prompt = std::string(sim::find_task(episode.task).prompt()),
                           .scenario = episode.scenario,
                           .arm = episode.arm,
                           .seed = episode.seed,
                           .frames = episode.steps,
                           .success = episode.success});
    }
    (void)read_steps(0);
  }

  const RecordingInfo& info() const override { return info_; }
  const std::vector<RecordedEpisode>& episodes() const override { return episodes_; }

  std::unique_ptr<EpisodeReader> open(std::size_t index) const override {
    const RecordedEpisode& episode = episodes_.at(index);
    return std::make_unique<Replay>(ReplayPlan{.where = where(index),
                                               .spec = {.task = episode.task,
                                                        .scenario = facts_.scenarios.at(episode.scenario),
                                                        .seed = episode.seed,
                                                        .max_steps = facts_.max_steps},
                                               .image_size = facts_.image_size,
                                               .with_labels = with_labels_,
                                               .success = episode.success.value(),
                                               .steps = read_steps(index)});
  }

 private:
  std::string where(std::size_t index) const { return fmt::format("{}, {}", info_.path, episodes_[index].name); }

  /// The steps of one episode, all with an action.
  std::vector<StepLog> read_steps(std::size_t index) const {
    std::vector<StepLog> steps;
    {
      const std::lock_guard lock(log_mutex_);
      steps = log_.read_steps(index);
    }
    for (const StepLog& step : steps) {
      if (step.action.size() == sim::kActionDim) continue;
      throw Error(fmt::format("{}, step {}", where(index), step.step),
                  fmt::format("key \"action\": expected {} numbers, got {}{}", sim::kActionDim, step.action.size(),
                              step.action.empty() ? fmt::format(" ({})", kRunAgain) : ""));
    }
    return steps;
  }

  fs::path run_;
  bool with_labels_;
  RunFacts facts_;
  mutable std::mutex log_mutex_;
  mutable EpisodeLogIndex log_;  // behind log_mutex_
  RecordingInfo info_;
  std::vector<RecordedEpisode> episodes_;
};

}  // namespace

std::unique_ptr<Recording> open_run_recording(const fs::path& run, WithLabels labels) {
  if (fs::exists(run / kShardsFolder)) {
    throw Error(run.string(),
                "expected a finished run, got one that is being made or was interrupted (continue it "
                "with awd eval --resume)");
  }
  return std::make_unique<RunRecording>(run, labels);
}

}  // namespace awd::cli
