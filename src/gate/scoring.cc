// One function per group of signals that share their work; score_signal() chooses. Groups are computed once.
#include "gate/scoring.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>

#include "awd/error.h"
#include "gate/arm_response.h"
#include "gate/cosine.h"
#include "gate/exposure.h"
#include "gate/gripper.h"
#include "gate/masked_residual.h"
#include "gate/patch_cosine.h"
#include "gate/patch_grid.h"
#include "gate/picture_signals.h"
#include "gate/pose_drift.h"
#include "gate/scene_motion.h"
#include "gate/signal_table.h"
#include "gate/state_guard.h"
#include "gate/weighted_drift.h"

namespace awd {
namespace {

constexpr int kPoseActionDim = 6;  // position and rotation

/// Mean or maximum over the cameras that have a score; NaN where none has.
double reduce(const CameraScores& per_camera, CameraReduce how) {
  double sum = 0, largest = 0;
  int present = 0;
  for (const double score : per_camera) {
    if (std::isnan(score)) continue;
    sum += score;
    largest = std::max(largest, score);
    ++present;
  }
  if (present == 0) return Scores::kNone;
  return how == CameraReduce::kMean ? sum / present : largest;
}

bool both_hold(const Frame& frame, const Anchor& anchor, int index, int count) {
  return state_holds(frame.state, index, count) && state_holds(anchor.state, index, count);
}

void score_state(const Frame& frame, const Anchor& anchor, const GateOptions& options, Scores& scores) {
  scores.state_drift = state_drift(guarded_state(frame.state, frame.joints, options.state_source),
                                   guarded_state(anchor.state, anchor.joints, options.state_source));
}

void score_pose_residual(const Frame& frame, const Anchor& anchor, const ArmResponse& response, Scores& scores) {
  if (frame.executed.empty() || frame.action_dim < kPoseActionDim) return;
  if (!both_hold(frame, anchor, response.position_index, 3)) return;
  if (!both_hold(frame, anchor, response.rotation_index, 3)) return;
  const PoseResidual residual = pose_residual(anchor.state, frame.executed, frame.action_dim, frame.state, response);
  scores.position_residual = residual.position;
  scores.rotation_residual = residual.rotation;
}

void score_gripper(const Frame& frame, const Anchor& anchor, const ArmResponse& response, const GateState& state,
                   Scores& scores) {
  if (!both_hold(frame, anchor, response.gripper_index, 2)) return;
  const auto residual = gripper_residual(state.grip, frame.age, anchor.state, frame.state, response);
  if (residual) scores.gripper_residual = *residual;
}

/// A score of every camera whose scene is remembered, and the largest of them.
template <class Score>
double score_scene(const Anchor& anchor, const GateOptions& options, const GateState& state, CameraScores& per_camera,
                   Score&& score) {
  for (int c = 0; c < anchor.n_cameras; ++c) {
    if (!anchor.cameras[c].present || !anchor.cameras[c].has_patches || !remembers_scene(options, c)) continue;
    per_camera[c] = score(state.cameras[c], anchor.cameras[c], options.residual);
  }
  return reduce(per_camera, CameraReduce::kMax);
}

void score_compensated(const Anchor& anchor, const GateOptions& options, const GateState& state, Scores& scores) {
  constexpr PatchFlags kNothing{};
  for (int c = 0; c < anchor.n_cameras; ++c) {
    const Anchor::Camera& held = anchor.cameras[c];
    if (!held.present || !held.has_patches) continue;
    std::array<float, kPatchCells> residual;
    const PatchColours& now = state.cameras[c].now;
    exposure_residual(held.patches, now, fit_exposure(held.patches, now, kNothing), residual);
    scores.compensated_drift_per_camera[c] = std::accumulate(residual.begin(), residual.end(), 0.0) / kPatchCells;
  }
  scores.compensated_drift = reduce(scores.compensated_drift_per_camera, options.camera_reduce);
}

void score_pooled(const Frame& frame, const Anchor& anchor, const GateOptions& options, Scores& scores) {
  for (int c = 0; c < anchor.n_cameras; ++c) {
    if (!anchor.cameras[c].present) continue;
    const CameraDrift drift = drift_of(frame, anchor, c, options);
    scores.raw_drift_per_camera[c] = drift.raw;
    scores.weighted_drift_per_camera[c] = drift.weighted;
    scores.local_outlier_per_camera[c] = drift.largest_cell;
  }
  scores.raw_drift = reduce(scores.raw_drift_per_camera, options.camera_reduce);
  scores.weighted_drift = reduce(scores.weighted_drift_per_camera, options.camera_reduce);
  scores.local_outlier = reduce(scores.local_outlier_per_camera, CameraReduce::kMax);
}

void score_cosine(const Frame& frame, const Anchor& anchor, const GateOptions& options, Scores& scores) {
  scores.cosine = 1;
  for (int c = 0; c < anchor.n_cameras; ++c) {
    const Anchor::Camera& held = anchor.cameras[c];
    if (!held.present) continue;
    scores.cosine_per_camera[c] =
        cosine_similarity(held.picture, {frame.cameras[c].data, held.picture.size()}, options.pixel_range);
    scores.cosine = std::min(scores.cosine, scores.cosine_per_camera[c]);
  }
}

void score_patch_change(const Frame& frame, const Anchor& anchor, const GateOptions& options, Scores& scores) {
  for (int c = 0; c < anchor.n_cameras; ++c) {
    const Anchor::Camera& held = anchor.cameras[c];
    if (!held.present || !has_patch_grid(held.height, held.width)) continue;
    scores.patch_change_per_camera[c] =
        patch_change(frame.cameras[c], held.picture, options.pixel_range, options.residual.patch_tau);
  }
  scores.patch_change = reduce(scores.patch_change_per_camera, options.camera_reduce);
}

}  // namespace

void score_signal(GateSignal signal, const Frame& frame, const Anchor& anchor, const GateOptions& options,
                  const GateState& state, Scores& scores) {
  const ArmResponse& response = options.response;
  switch (signal) {
    case GateSignal::kStateDrift:
      return score_state(frame, anchor, options, scores);
    case GateSignal::kJointDrift:
      if (!frame.joints.empty()) scores.joint_drift = state_drift(frame.joints, anchor.joints);
      return;
    case GateSignal::kTcpDrift:
      if (both_hold(frame, anchor, response.position_index, 3)) {
        scores.tcp_drift = tcp_drift(frame.state, anchor.state, response.position_index);
      }
      return;
    case GateSignal::kRotationDrift:
      if (both_hold(frame, anchor, response.rotation_index, 3)) {
        scores.rotation_drift = rotation_drift(frame.state, anchor.state, response.rotation_index);
      }
      return;
    case GateSignal::kPositionResidual:
    case GateSignal::kRotationResidual:
      if (std::isnan(scores.position_residual)) score_pose_residual(frame, anchor, response, scores);
      return;
    case GateSignal::kGripperResidual:
      return score_gripper(frame, anchor, response, state, scores);
    case GateSignal::kMaskedResidual:
      scores.masked_residual = score_scene(anchor, options, state, scores.masked_residual_per_camera, masked_residual);
      return;
    case GateSignal::kSceneMotion:
      scores.scene_motion = score_scene(anchor, options, state, scores.scene_motion_per_camera, scene_motion);
      return;
    case GateSignal::kCompensatedDrift:
      return score_compensated(anchor, options, state, scores);
    case GateSignal::kRawDrift:
    case GateSignal::kWeightedDrift:
    case GateSignal::kLocalOutlier:
      if (std::isnan(scores.raw_drift)) score_pooled(frame, anchor, options, scores);
      return;
    case GateSignal::kDissimilarity:
      return score_cosine(frame, anchor, options, scores);
    case GateSignal::kPatchChange:
      return score_patch_change(frame, anchor, options, scores);
  }
}

double score_switch(const Frame& frame) {
  if (frame.executed.empty() || frame.planned.empty()) return Scores::kNone;
  const auto steps = steps_until_switch(frame.executed.last(frame.action_dim), frame.planned);
  return steps ? *steps : Scores::kNone;
}

}  // namespace awd
