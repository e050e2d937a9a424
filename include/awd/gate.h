// The gate: at one control step, may the work of the last full query be used again?
// decide() is pure: inputs, options and state in, decision out. No clock, random numbers, I/O or (after the first
// anchor) allocation. Formulas with the same symbol names are in docs/gate.md.
#pragma once

#include <array>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include "awd/options.h"
#include "awd/types.h"

namespace awd {

enum class Verdict { kRecompute, kReuse };
template <>
inline constexpr std::string_view kEnumWords<Verdict>[] = {"recompute", "reuse"};

/// Why a step was recomputed or reused; the first rule that fires names it.
enum class Reason {
  kFirstStep,    // nothing is held: episode start or reset
  kHorizon,      // the held chunk is used up (a rule of the runtime, no gate can override it)
  kNewInput,     // the prompt or the set of cameras is not the anchor's (a rule of the runtime, too)
  kAlways,       // gate `always`: every step is a query
  kPeriod,       // gate `period`: the period is over
  kStateGuard,   // layer 1: the robot has moved too far from the anchor state
  kVisionDrift,  // layers 2 + 3: attention-weighted drift of the pictures
  kCosine,       // gate `cosine`: the pictures are not similar enough
  kReuse,        // nothing fired
};
template <>
inline constexpr std::string_view kEnumWords<Reason>[] = {
    "first_step", "horizon", "new_input", "always", "period", "state_guard", "vision_drift", "cosine", "reuse"};
inline constexpr int kReasonCount = 9;

/// Every score behind a decision. NaN: not computed, because an earlier rule had already decided.
struct Scores {
  static constexpr double kNone = std::numeric_limits<double>::quiet_NaN();
  double state_drift = kNone;     // max_i |s_i - s_anchor,i|, in units of the state
  double raw_drift = kNone;       // sum over the pooled grid of the mean absolute RGB difference, reduced over cameras
  double weighted_drift = kNone;  // the same sum weighted with dilated importance, reduced over cameras
  double cosine = kNone;          // smallest cosine similarity over the cameras
  std::array<double, kMaxCameras> raw_drift_per_camera{kNone, kNone, kNone, kNone};
  std::array<double, kMaxCameras> weighted_drift_per_camera{kNone, kNone, kNone, kNone};
  std::array<double, kMaxCameras> cosine_per_camera{kNone, kNone, kNone, kNone};
};

struct Decision {
  Verdict verdict = Verdict::kRecompute;
  Reason reason = Reason::kFirstStep;
  int age = 0;  // steps since the anchor at the moment of the decision
  Scores scores{};
};

enum class GateKind {
  kAlways,  // recompute at every step: the plain policy
  kNever,   // reuse until the runtime's horizon rule: open loop
  kPeriod,  // recompute every `period` steps
  kCosine,  // reuse while every camera's cosine similarity with the anchor picture is >= cosine_threshold
  kAwd,     // the study's three layers: state guard, anti-noise pooling, dilated attention weighting
};

template <>
inline constexpr std::string_view kEnumWords<GateKind>[] = {"always", "never", "period", "cosine", "awd"};

enum class StateSource { kJoints, kState };  // kState: what the policy is given; kJoints falls back to it where absent
enum class PixelRange { kModel, kUnit };     // kModel: pixels mapped to [-1, 1] as the policy sees them; kUnit: [0, 1]
enum class CameraReduce { kMean, kMax };     // how per-camera drifts become one number

template <>
inline constexpr std::string_view kEnumWords<StateSource>[] = {"joints", "state"};
template <>
inline constexpr std::string_view kEnumWords<PixelRange>[] = {"model", "unit"};
template <>
inline constexpr std::string_view kEnumWords<CameraReduce>[] = {"mean", "max"};

/// Defaults are the study's (seed: state 0.05, drift 0.5, dilation 5, pooling 8).
struct GateOptions {
  GateKind kind = GateKind::kAwd;
  double state_threshold = 0.05;
  double drift_threshold = 0.5;
  double cosine_threshold = 0.98;
  int period = 5;
  int pool = 8;
  int dilation = 5;
  StateSource state_source = StateSource::kState;
  PixelRange pixel_range = PixelRange::kUnit;
  CameraReduce camera_reduce = CameraReduce::kMean;
  bool explain = false;

  template <class V>
  void visit(V&& v) {
    v(Field{"gate", "", "which rule decides: always, never, period, cosine, awd"}, kind);
    v(Field{"state_threshold", "rad or state unit", "awd: recompute when max |s - s_anchor| exceeds it", 0},
      state_threshold);
    v(Field{"drift_threshold", "", "awd: recompute when the attention-weighted drift exceeds it", 0}, drift_threshold);
    v(Field{"cosine_threshold", "", "cosine: recompute when any camera's similarity is below it", -1, 1},
      cosine_threshold);
    v(Field{"period", "steps", "period: recompute every that many steps; 1 is every step", 1, 1e6}, period);
    v(Field{"pool", "pixels", "side of the average-pooling window before differences are taken", 1, 224}, pool);
    v(Field{"dilation", "cells", "side of the max-pooling window over the importance map, odd; 1 is no dilation", 1,
            27},
      dilation);
    v(Field{"state_source", "", "awd: what the state guard compares: joints or state"}, state_source);
    v(Field{"pixel_range", "", "awd, cosine: model = pixels in [-1, 1], unit = [0, 1]"}, pixel_range);
    v(Field{"camera_reduce", "", "awd: how per-camera drifts become one: mean or max"}, camera_reduce);
    v(Field{"explain", "", "compute every score even after a rule has fired"}, explain);
  }
};

/// Widest picture the gate takes: its row buffers live on the stack.
inline constexpr int kMaxPictureWidth = 1024;

/// What the gate sees at the current step. Age is the number of steps since the anchor (>= 1).
struct Frame {
  std::span<const ImageView> cameras;
  std::span<const float> state;
  std::span<const float> joints;
  int age = 0;
};

/// What is held from the last full query; filled by set_anchor(), read by decide(). Buffers are kept between anchors.
struct Anchor {
  bool valid = false;
  int n_cameras = 0;
  struct Camera {
    bool present = false;
    int height = 0, width = 0;          // of the picture
    std::vector<float> pooled;          // [3, height/pool, width/pool] window means, 0..255; gate awd or explain
    std::vector<float> weight;          // [height/pool, width/pool] dilated importance; gate awd or explain
    std::vector<std::uint8_t> picture;  // [height, width, 3]; gate cosine or explain
  };
  std::array<Camera, kMaxCameras> cameras;
  std::vector<float> state;   // [state_dim]
  std::vector<float> joints;  // [n_joints]
};

/// What a gate remembers from one step to the next; one per session. The present rules compare with the anchor only
/// and remember nothing.
struct GateState {};

/// Throws awd::Error unless `options` can be used on pictures of this size (pool divides both sides, dilation is odd).
void check_gate_options(const GateOptions& options, int height, int width);

/// Holds `frame` and the importance of the query just made as the new anchor (only what this gate reads).
/// Throws awd::Error on a picture that check_gate_options() refuses or that is wider than kMaxPictureWidth, on a camera
/// without an importance map, on no camera or more than kMaxCameras. The anchor is not valid after a throw.
void set_anchor(const Frame& frame, const ImportanceMaps& importance, const GateOptions& options, Anchor& anchor);

/// Decides for one step; `options` are those of set_anchor(). Signals are computed cheapest first; evaluation stops at
/// the first that fires unless `options.explain`. Thread-safe for distinct states. Throws awd::Error when the frame
/// does not fit the anchor (number, set or size of cameras, state length, NaN).
Decision decide(const Frame& frame, const Anchor& anchor, const GateOptions& options, GateState& state);

}  // namespace awd
