// Decides, anchors and takes notes in the order in which the runtime does (ReusePolicy), on frames that are given.
#include "cli/offline_gate.h"

#include <fmt/format.h>

#include <limits>
#include <numeric>
#include <utility>

#include "analysis/episode_tally.h"
#include "awd/error.h"

namespace awd::cli {
namespace {

/// The study's three scores of every frame and no other: limits that nothing exceeds.
GateOptions scores_only(GateOptions gate) {
  gate.kind = GateKind::kAwd;
  gate.explain = false;
  gate.state_threshold = gate.drift_threshold = std::numeric_limits<double>::infinity();
  return gate;
}

void expect_at_least_one(const char* option, int value) {
  if (value < 1) throw Error(fmt::format("option {}", option), fmt::format("expected 1 frame or more, got {}", value));
}

CameraScores mean_weight(const Anchor& anchor) {
  CameraScores means = Scores::kNoCameras;
  for (int c = 0; anchor.valid && c < anchor.n_cameras; ++c) {
    const std::vector<float>& weight = anchor.cameras[std::size_t(c)].weight;
    if (!anchor.cameras[std::size_t(c)].present || weight.empty()) continue;
    means[std::size_t(c)] = std::accumulate(weight.begin(), weight.end(), 0.0) / double(weight.size());
  }
  return means;
}

}  // namespace

OfflineGate::OfflineGate(const OfflineGateOptions& options, MapSource& importance)
    : options_(options),
      last_gate_(scores_only(options.gate)),
      source_(importance),
      grip_(options.gate.response.gripper_index) {
  expect_at_least_one("anchor_every", options.anchor_every);
  expect_at_least_one("query_every", options.query_every);
}

void OfflineGate::begin(int number, std::uint64_t seed) {
  anchor_.valid = last_anchor_.valid = false;
  importance_.n_cameras = 0;
  age_ = 0;
  executed_.clear();
  reset_gate(state_, seed);
  reset_gate(last_state_, seed);
  grip_.reset();
  log_ = {};
  log_.episode = number;
}

OfflineStep OfflineGate::step(const RecordedFrame& frame, const Observation& observation) {
  const Grip grip = grip_.next(frame);
  log_.step = frame.step;
  log_.phase = frame.phase.empty() ? grip_phase(grip) : frame.phase;
  log_.event = frame.event;
  log_.action.assign(frame.action.begin(), frame.action.end());
  action_dim_ = int(frame.action.size());
  OfflineStep step{.log = log_, .frame_to_frame = nullptr, .importance = importance_, .grip = grip};
  step.anchor_weight = mean_weight(anchor_);
  log_.decision = decide_step(gate_frame(observation));
  const bool is_anchor = log_.decision.verdict == Verdict::kRecompute;
  log_.query_work = is_anchor ? 1 : 0;

  if (is_anchor) {
    step.is_queried = query_if_due(frame.step, observation);
    executed_.clear();
    age_ = 0;
    set_anchor(gate_frame(observation), importance_, options_.gate, anchor_);
  }
  if (options_.also_frame_to_frame) {
    step.frame_to_frame_weight = mean_weight(last_anchor_);
    compare_with_last(gate_frame(observation));
    step.frame_to_frame = &frame_to_frame_;
  }
  executed_.insert(executed_.end(), frame.action.begin(), frame.action.end());
  ++age_;
  return step;
}

Frame OfflineGate::gate_frame(const Observation& observation) const {
  return {.cameras = observation.cameras,
          .state = observation.state,
          .joints = observation.joints,
          .age = age_,
          .robot_masks = observation.robot_masks,
          .executed = executed_,
          .action_dim = action_dim_,
          .event = !log_.event.empty()};
}

/// The anchoring's own rule, then the gate, whose memory sees every frame exactly once.
Decision OfflineGate::decide_step(const Frame& frame) {
  if (!anchor_.valid) {
    observe(frame, options_.gate, state_);
    return {};
  }
  Decision decision = decide(frame, anchor_, options_.gate, state_);
  if (const auto reason = due()) {
    decision.verdict = Verdict::kRecompute;
    decision.reason = *reason;
  } else if (options_.anchoring != Anchoring::kGate) {
    decision.verdict = Verdict::kReuse;
    decision.reason = Reason::kReuse;
  }
  return decision;
}

/// Why this frame becomes an anchor whatever the gate says.
std::optional<Reason> OfflineGate::due() const {
  switch (options_.anchoring) {
    case Anchoring::kEveryFrame:
      return Reason::kAlways;
    case Anchoring::kEveryN:
      return age_ >= options_.anchor_every ? std::optional(Reason::kPeriod) : std::nullopt;
    case Anchoring::kGate:
      break;
  }
  return options_.horizon > 0 && age_ >= options_.horizon ? std::optional(Reason::kHorizon) : std::nullopt;
}

/// New maps at an anchor, unless those held are younger than query_every frames.
bool OfflineGate::query_if_due(int step, const Observation& observation) {
  if (importance_.n_cameras > 0 && step - queried_step_ < options_.query_every) return false;
  importance_ = source_.query(observation);
  queried_step_ = step;
  return true;
}

void OfflineGate::compare_with_last(Frame frame) {
  frame.executed = {};
  frame.age = 1;
  frame_to_frame_ = decide(frame, last_anchor_, last_gate_, last_state_).scores;
  set_anchor(frame, importance_, last_gate_, last_anchor_);
}

OfflineEpisode walk_episode(EpisodeReader& reader, OfflineGate& gate, const OfflineWalk& walk) {
  OfflineEpisode walked;
  walked.episode = {.episode = walk.number,
                    .arm = walk.arm.empty() ? walk.about.arm : walk.arm,
                    .task = walk.about.task,
                    .scenario = walk.about.scenario,
                    .seed = walk.about.seed,
                    .success = walk.about.success.value_or(false)};
  gate.begin(walk.number, walk.about.seed);
  RecordedFrame frame;
  while (reader.next(frame)) {
    const OfflineStep step = gate.step(frame, walk.observe(frame));
    walked.steps.push_back(step.log);
    if (walk.on_step) walk.on_step(frame, step);
  }
  tally_steps(walked.steps, walked.episode);
  return walked;
}

}  // namespace awd::cli
