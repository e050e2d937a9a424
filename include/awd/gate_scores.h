// What a gate answers: verdict, reason, and every score behind it; and the limits one can put on the scores.
#pragma once

#include <array>
#include <limits>
#include <string_view>

#include "awd/options.h"
#include "awd/types.h"

namespace awd {

enum class Verdict { kRecompute, kReuse };
template <>
inline constexpr std::string_view kEnumWords<Verdict>[] = {"recompute", "reuse"};

/// Why a step was recomputed or reused; the first rule that fires names it.
enum class Reason {
  kFirstStep,         // nothing is held: episode start or reset
  kHorizon,           // the held chunk is used up (a rule of the runtime, no gate can override it)
  kNewInput,          // the prompt or the set of cameras is not the anchor's (a rule of the runtime, too)
  kAlways,            // gate `always`: every step is a query
  kPeriod,            // gate `period`: the period is over
  kRandom,            // gate `random`: the draw of this step
  kOracle,            // gate `oracle`: the simulator has changed something
  kWarmUp,            // one of the first steps of the episode, which are always queried
  kAgeCap,            // the anchor is max_age steps old
  kGripperSwitch,     // the plan opens or closes the gripper soon
  kStateGuard,        // the state has moved too far from the anchor's, in its largest component
  kJointDrift,        // one joint has
  kTcpDrift,          // the end effector's position has
  kRotationDrift,     // the end effector's rotation has
  kPositionResidual,  // the end effector is not where the executed actions should have brought it
  kRotationResidual,  // nor turned as they should have turned it
  kGripperResidual,   // the fingers moved although nothing told them to
  kMaskedResidual,    // a part of the scene outside the robot has changed
  kSceneMotion,       // the scene outside the robot has kept moving where the policy looks
  kCompensatedDrift,  // the pictures have changed by more than their exposure
  kRawDrift,          // the pictures have changed
  kVisionDrift,       // the pictures have changed, weighted with importance
  kLocalOutlier,      // one cell of a picture has changed, whatever its importance
  kCosine,            // the pictures are not similar enough
  kPatchChange,       // too many patches are not similar enough
  kReuse,             // nothing fired
};
template <>
inline constexpr std::string_view kEnumWords<Reason>[] = {"first_step",
                                                          "horizon",
                                                          "new_input",
                                                          "always",
                                                          "period",
                                                          "random",
                                                          "oracle",
                                                          "warm_up",
                                                          "age_cap",
                                                          "gripper_switch",
                                                          "state_guard",
                                                          "joint_drift",
                                                          "tcp_drift",
                                                          "rotation_drift",
                                                          "position_residual",
                                                          "rotation_residual",
                                                          "gripper_residual",
                                                          "masked_residual",
                                                          "scene_motion",
                                                          "compensated_drift",
                                                          "raw_drift",
                                                          "vision_drift",
                                                          "local_outlier",
                                                          "cosine",
                                                          "patch_change",
                                                          "reuse"};
inline constexpr int kReasonCount = 26;

/// What gate `signals` can put a limit on, cheapest first: the order in which signals are computed.
enum class GateSignal {
  kStateDrift,
  kJointDrift,
  kTcpDrift,
  kRotationDrift,
  kPositionResidual,
  kRotationResidual,
  kGripperResidual,
  kMaskedResidual,
  kSceneMotion,
  kCompensatedDrift,
  kRawDrift,
  kWeightedDrift,
  kLocalOutlier,
  kDissimilarity,  // 1 - cosine
  kPatchChange,
};
template <>
inline constexpr std::string_view kEnumWords<GateSignal>[] = {
    "state_drift",       "joint_drift",      "tcp_drift",       "rotation_drift", "position_residual",
    "rotation_residual", "gripper_residual", "masked_residual", "scene_motion",   "compensated_drift",
    "raw_drift",         "weighted_drift",   "local_outlier",   "dissimilarity",  "patch_change"};
inline constexpr int kGateSignalCount = 15;

/// One score per camera; NaN for a camera that is missing or not looked at.
using CameraScores = std::array<double, kMaxCameras>;

/// Every score behind a decision. NaN: not computed, because an earlier rule had already decided or an input is absent.
/// Formulas: docs/gate.md.
struct Scores {
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  static constexpr CameraScores kNoCameras{kNone, kNone, kNone, kNone};

  double state_drift = kNone;        // max_i |s_i - s_anchor,i|, in units of the state
  double raw_drift = kNone;          // sum over the pooled grid of the mean absolute RGB difference
  double weighted_drift = kNone;     // the same sum weighted with dilated importance
  double cosine = kNone;             // smallest cosine similarity over the cameras
  double joint_drift = kNone;        // max_i |q_i - q_anchor,i|, rad
  double tcp_drift = kNone;          // distance of the end effector from the anchor's, m
  double rotation_drift = kNone;     // angle between its rotation and the anchor's, rad, 0 .. pi
  double position_residual = kNone;  // distance from the predicted position, m
  double rotation_residual = kNone;  // angle to the predicted rotation, rad
  double gripper_residual = kNone;   // change of the finger opening since it settled, m
  double switch_in = kNone;          // steps until the plan switches the gripper; NaN: it does not
  double masked_residual = kNone;    // largest change of a cell outside the robot, in multiples of the cell's own noise
  double scene_motion = kNone;  // steps and cells outside the robot that moved since the anchor, importance-weighted
  double compensated_drift = kNone;  // mean absolute RGB difference after gain and offset are taken out, grey levels
  double local_outlier = kNone;      // largest mean absolute RGB difference of one pooled cell
  double patch_change = kNone;       // share of the patches whose cosine similarity is below patch_tau

  CameraScores raw_drift_per_camera = kNoCameras;
  CameraScores weighted_drift_per_camera = kNoCameras;
  CameraScores cosine_per_camera = kNoCameras;
  CameraScores masked_residual_per_camera = kNoCameras;
  CameraScores scene_motion_per_camera = kNoCameras;
  CameraScores compensated_drift_per_camera = kNoCameras;
  CameraScores local_outlier_per_camera = kNoCameras;
  CameraScores patch_change_per_camera = kNoCameras;

  /// The score of a signal; larger is more suspicious for every one.
  double of(GateSignal signal) const;
};

/// Gate `signals`: one limit per GateSignal, in its order; a score above its limit recomputes. 0: the signal is off.
struct SignalLimits {
  double state_drift = 0, joint_drift = 0, tcp_drift = 0, rotation_drift = 0;
  double position_residual = 0, rotation_residual = 0, gripper_residual = 0;
  double masked_residual = 0, scene_motion = 0, compensated_drift = 0;
  double raw_drift = 0, weighted_drift = 0, local_outlier = 0, dissimilarity = 0, patch_change = 0;

  template <class V>
  void visit(V&& v) {
    v(Field{"max_state_drift", "rad or state unit", "signals: limit of max |s - s_anchor|; 0 is off", 0}, state_drift);
    v(Field{"max_joint_drift", "rad", "signals: limit of the largest joint's motion since the anchor; 0 is off", 0},
      joint_drift);
    v(Field{"max_tcp_drift", "m", "signals: limit of the end effector's way since the anchor; 0 is off", 0}, tcp_drift);
    v(Field{"max_rotation_drift", "rad", "signals: limit of its turn since the anchor; 0 is off", 0}, rotation_drift);
    v(Field{"max_position_residual", "m", "signals: limit of its distance from the predicted position; 0 is off", 0},
      position_residual);
    v(Field{"max_rotation_residual", "rad", "signals: limit of its angle to the predicted rotation; 0 is off", 0},
      rotation_residual);
    v(Field{"max_gripper_residual", "m", "signals: limit of the settled fingers' motion; 0 is off", 0},
      gripper_residual);
    v(Field{"max_masked_residual", "", "signals: limit of a cell's change outside the robot over its noise; 0 is off",
            0},
      masked_residual);
    v(Field{"max_scene_motion", "cell steps",
            "signals: limit of the motion outside the robot since the anchor; 0 is off", 0},
      scene_motion);
    v(Field{"max_compensated_drift", "grey levels", "signals: limit of the exposure-compensated drift; 0 is off", 0},
      compensated_drift);
    v(Field{"max_raw_drift", "", "signals: limit of the pooled drift; 0 is off", 0}, raw_drift);
    v(Field{"max_weighted_drift", "", "signals: limit of the importance-weighted drift; 0 is off", 0}, weighted_drift);
    v(Field{"max_local_outlier", "", "signals: limit of the largest cell's drift; 0 is off", 0}, local_outlier);
    v(Field{"max_dissimilarity", "", "signals: limit of 1 - cosine; 0 is off", 0, 2}, dissimilarity);
    v(Field{"max_patch_change", "", "signals: limit of the share of changed patches; 0 is off", 0, 1}, patch_change);
  }
};

struct Decision {
  Verdict verdict = Verdict::kRecompute;
  Reason reason = Reason::kFirstStep;
  int age = 0;  // steps since the anchor at the moment of the decision
  Scores scores{};
};

}  // namespace awd
