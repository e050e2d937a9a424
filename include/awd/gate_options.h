// Options of the gate: which rule decides, with which limits, and the models behind its signals.
#pragma once

#include <string_view>

#include "awd/gate_scores.h"
#include "awd/options.h"

namespace awd {

enum class GateKind {
  kAlways,   // recompute at every step: the plain policy
  kNever,    // reuse until the runtime's horizon rule: open loop
  kPeriod,   // recompute every `period` steps
  kCosine,   // reuse while every camera's cosine similarity with the anchor picture is >= cosine_threshold
  kAwd,      // the study's three layers: state guard, anti-noise pooling, dilated attention weighting
  kRandom,   // recompute with probability random_share at every step
  kOracle,   // recompute at the steps at which the simulator has changed something
  kSignals,  // recompute when any signal with a limit exceeds it
};
template <>
inline constexpr std::string_view kEnumWords<GateKind>[] = {"always", "never",  "period", "cosine",
                                                            "awd",    "random", "oracle", "signals"};

enum class StateSource { kJoints, kState };  // kState: what the policy is given; kJoints falls back to it where absent
enum class PixelRange { kModel, kUnit };     // kModel: pixels mapped to [-1, 1] as the policy sees them; kUnit: [0, 1]
enum class CameraReduce { kMean, kMax };     // how per-camera drifts become one number
enum class LimitRule { kFixed, kPercentile };

template <>
inline constexpr std::string_view kEnumWords<StateSource>[] = {"joints", "state"};
template <>
inline constexpr std::string_view kEnumWords<PixelRange>[] = {"model", "unit"};
template <>
inline constexpr std::string_view kEnumWords<CameraReduce>[] = {"mean", "max"};
template <>
inline constexpr std::string_view kEnumWords<LimitRule>[] = {"fixed", "percentile"};

/// Most steps that percentile and k-of-n rules can look back on.
inline constexpr int kMaxRuleWindow = 128;
inline constexpr int kMaxVotes = 32;

/// Gate `signals`: how a score meets its limit (each signal by itself), and the rules that need no score.
struct RuleOptions {
  LimitRule rule = LimitRule::kFixed;
  double percentile = 95;
  int window = 40;
  double smooth = 1;
  int votes = 1;
  int votes_of = 1;
  int warm_up = 0;
  int max_age = 0;
  int switch_within = 0;
  int switch_age = 5;

  template <class V>
  void visit(V&& v) {
    v(Field{"rule", "", "signals: fixed limits, or percentile: of the signal's own history, the limit being a floor"},
      rule);
    v(Field{"percentile", "%", "rule=percentile: share of the history that a score must exceed", 0, 100}, percentile);
    v(Field{"window", "steps", "rule=percentile: length of the history", 4, kMaxRuleWindow}, window);
    v(Field{"smooth", "", "signals: weight of the newest score in a running mean; 1 is no smoothing", 0.01, 1}, smooth);
    v(Field{"votes", "steps", "signals: scores above the limit, among the last votes_of, that recompute", 1, kMaxVotes},
      votes);
    v(Field{"votes_of", "steps", "signals: see votes; 1 is no debouncing", 1, kMaxVotes}, votes_of);
    v(Field{"warm_up", "steps", "signals: first steps of an episode that are always queried; 0 and 1 are no rule", 0,
            1e6},
      warm_up);
    v(Field{"max_age", "steps", "signals: age at which a query is due; 0 is no limit", 0, 1e6}, max_age);
    v(Field{"switch_within", "steps", "signals: recompute when the plan switches the gripper within them; 0 is off", 0,
            1e6},
      switch_within);
    v(Field{"switch_age", "steps", "switch_within: youngest plan that is recomputed for a switch", 1, 1e6}, switch_age);
  }
};

/// Where pose and fingers are in the state, and how the arm answers an action [position, rotation, .., gripper]: the
/// command moves by position_gain and turns by rotation_gain (world frame) times the action; each step the arm closes
/// the share `tracking` of its distance to the command. Fitted to the simulator by bench/fit_response.cc.
struct ArmResponse {
  int position_index = 0;
  int rotation_index = 3;
  int gripper_index = 6;
  double position_gain = 0.05;
  double rotation_gain = 0.5;
  double tracking = 1;
  int grip_settle = 3;

  template <class V>
  void visit(V&& v) {
    v(Field{"position_index", "", "first of the 3 state values that are the end effector's position (m)", 0, 1e3},
      position_index);
    v(Field{"rotation_index", "", "first of the 3 state values that are its rotation vector (rad)", 0, 1e3},
      rotation_index);
    v(Field{"gripper_index", "", "first of the 2 state values that are the fingers (m)", 0, 1e3}, gripper_index);
    v(Field{"position_gain", "m", "way that one unit of action commands", 0}, position_gain);
    v(Field{"rotation_gain", "rad", "turn that one unit of action commands", 0}, rotation_gain);
    v(Field{"tracking", "", "share of its distance to the command that the arm covers in a step", 0, 1}, tracking);
    v(Field{"grip_settle", "steps", "after a gripper command, until the fingers count as settled", 1, 1e3},
      grip_settle);
  }
};

inline constexpr int kMaxResidualRank = 16;

/// The picture signals on the 16 x 16 patch grid.
struct ResidualOptions {
  int fixed_cameras = 1;
  double mask_share = 0.01;
  int mask_margin = 0;
  double noise_floor = 2;
  double noise_gain = 2;
  double noise_window = 60;
  int noise_learning = 5;
  double attended_noise = 1;
  int residual_rank = 2;
  int motion_top = 0;
  double patch_tau = 0.996;

  template <class V>
  void visit(V&& v) {
    v(Field{"fixed_cameras", "bit mask", "cameras that do not move: 1 is camera 0, 2 is camera 1", 0, 15},
      fixed_cameras);
    v(Field{"mask_share", "", "masked_residual: a cell with a larger share of robot pixels is left out", 0, 1},
      mask_share);
    v(Field{"mask_margin", "cells", "masked_residual: cells around the robot that are left out, too", 0, 8},
      mask_margin);
    v(Field{"noise_floor", "grey levels", "masked_residual: noise of a cell that never changes", 0.01, 255},
      noise_floor);
    v(Field{"noise_gain", "", "masked_residual: noise of a cell per grey level that it keeps changing by", 0, 100},
      noise_gain);
    v(Field{"noise_window", "steps", "masked_residual: time in which a change is forgotten (to 1/e)", 1, 1e6},
      noise_window);
    v(Field{"noise_learning", "steps", "masked_residual: first steps of an episode in which it only learns", 0, 1e6},
      noise_learning);
    v(Field{"attended_noise", "", "masked_residual: share of the noise that excuses the most important cell", 0, 1},
      attended_noise);
    v(Field{"residual_rank", "cells", "masked_residual: the score is the largest cell (1), second largest (2), ..", 1,
            kMaxResidualRank},
      residual_rank);
    v(Field{"motion_top", "patches", "scene_motion: rows above the workspace, not counted", 0, 15}, motion_top);
    v(Field{"patch_tau", "", "patch_change: a patch with a smaller cosine has changed", -1, 1}, patch_tau);
  }
};

/// Defaults are the study's (seed: state 0.05, drift 0.5, dilation 5, pooling 8).
struct GateOptions {
  GateKind kind = GateKind::kAwd;
  double state_threshold = 0.05;
  double drift_threshold = 0.5;
  double cosine_threshold = 0.98;
  int period = 5;
  double random_share = 0.1;
  int pool = 8;
  int dilation = 5;
  StateSource state_source = StateSource::kState;
  PixelRange pixel_range = PixelRange::kUnit;
  CameraReduce camera_reduce = CameraReduce::kMean;
  bool uniform_importance = false;
  SignalLimits limit{};
  RuleOptions rules{};
  ArmResponse response{};
  ResidualOptions residual{};
  bool explain = false;

  template <class V>
  void visit(V&& v) {
    v(Field{"gate", "", "which rule decides: always, never, period, cosine, awd, random, oracle, signals"}, kind);
    v(Field{"state_threshold", "rad or state unit", "awd: recompute when max |s - s_anchor| exceeds it", 0},
      state_threshold);
    v(Field{"drift_threshold", "", "awd: recompute when the attention-weighted drift exceeds it", 0}, drift_threshold);
    v(Field{"cosine_threshold", "", "cosine: recompute when any camera's similarity is below it", -1, 1},
      cosine_threshold);
    v(Field{"period", "steps", "period: recompute every that many steps; 1 is every step", 1, 1e6}, period);
    v(Field{"random_share", "", "random: probability of a recompute at a step", 0, 1}, random_share);
    v(Field{"pool", "pixels", "side of the average-pooling window before differences are taken", 1, 224}, pool);
    v(Field{"dilation", "cells", "side of the max-pooling window over the importance map, odd; 1 is no dilation", 1,
            27},
      dilation);
    v(Field{"state_source", "", "awd: what the state guard compares: joints or state"}, state_source);
    v(Field{"pixel_range", "", "awd, cosine: model = pixels in [-1, 1], unit = [0, 1]"}, pixel_range);
    v(Field{"camera_reduce", "", "how per-camera drifts become one: mean or max"}, camera_reduce);
    v(Field{"uniform_importance", "", "every patch weighs the same, whatever the policy looked at"},
      uniform_importance);
    limit.visit(v);
    rules.visit(v);
    response.visit(v);
    residual.visit(v);
    v(Field{"explain", "", "compute every score even after a rule has fired"}, explain);
  }
};

/// Throws awd::Error unless `options` can be used on pictures of this size (pool divides both sides, dilation is odd,
/// the patch grid divides them where a signal needs it, votes fit votes_of).
void check_gate_options(const GateOptions& options, int height, int width);

/// The gate of arm `awd-guarded`: docs/gate.md says what measurements favour it.
GateOptions recommended_guard();

}  // namespace awd
