// Copies scores into rows and works out motion and key actions.
#include "cli/drift/episode_rows.h"

#include <algorithm>
#include <cmath>

namespace awd::cli {
namespace {

CameraDrifts to_floats(const CameraScores& scores) {
  CameraDrifts drifts;
  std::ranges::transform(scores, drifts.begin(), [](double score) { return float(score); });
  return drifts;
}

FrameDrift drift_of(const Scores& scores, const CameraScores& mean_weight) {
  return {.state = float(scores.state_drift),
          .raw = float(scores.raw_drift),
          .weighted = float(scores.weighted_drift),
          .raw_per_camera = to_floats(scores.raw_drift_per_camera),
          .weighted_per_camera = to_floats(scores.weighted_drift_per_camera),
          .mean_weight = to_floats(mean_weight)};
}

/// Length of an action without its last number, which moves the gripper.
float commanded_motion(std::span<const float> action) {
  if (action.empty()) return kNoDrift;
  double squares = 0;
  for (const float value : action.first(action.size() - 1)) squares += double(value) * double(value);
  return float(std::sqrt(squares));
}

/// rad/s
float joint_speed(std::span<const float> last, std::span<const float> now, double fps) {
  if (now.empty() || last.size() != now.size()) return kNoDrift;
  float fastest = 0;
  for (std::size_t i = 0; i < now.size(); ++i) fastest = std::max(fastest, std::abs(now[i] - last[i]));
  return float(fastest * fps);
}

}  // namespace

void EpisodeRows::add(const RecordedFrame& frame, const OfflineStep& step) {
  const StepLog& log = step.log;
  DriftRow row{.episode = episode_, .step = log.step, .age = log.decision.age, .phase = log.phase};
  if (step.frame_to_frame != nullptr) {
    row.drift[std::size_t(DriftConvention::kFrameToFrame)] = drift_of(*step.frame_to_frame, step.frame_to_frame_weight);
  }
  row.drift[std::size_t(DriftConvention::kAnchor)] = drift_of(log.decision.scores, step.anchor_weight);
  row.is_anchor = log.decision.verdict == Verdict::kRecompute;
  row.is_queried = step.is_queried;
  row.commanded_motion = last_commanded_;
  row.joint_speed = joint_speed(last_joints_, frame.joints, fps_);
  rows_.push_back(std::move(row));
  grips_.push_back(step.grip);
  last_commanded_ = commanded_motion(frame.action);
  last_joints_.assign(frame.joints.begin(), frame.joints.end());
}

std::vector<DriftRow> EpisodeRows::finish(int key_window) {
  const std::vector<bool> is_key = key_frames(grips_, key_window);
  for (std::size_t i = 0; i < rows_.size(); ++i) rows_[i].is_key = is_key[i];
  return std::move(rows_);
}

}  // namespace awd::cli
