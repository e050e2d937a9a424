// The gate: at one control step, may the work of the last full query be used again?
// decide() is pure: inputs, options and state in, decision out. No clock, I/O or (after the first anchor) allocation;
// the gate `random` draws from the seed and the step count in its state. Formulas with the same symbol names are in
// docs/gate.md.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "awd/gate_options.h"
#include "awd/gate_scores.h"
#include "awd/types.h"

namespace awd {

/// Widest picture the gate takes: its row buffers live on the stack.
inline constexpr int kMaxPictureWidth = 1024;

/// Cells of the patch grid: every patch of a camera is one cell.
inline constexpr int kPatchCells = kPatchGrid * kPatchGrid;
using PatchColours = std::array<float, 3 * kPatchCells>;   // [3, kPatchGrid, kPatchGrid] means, 0..255
using PatchFlags = std::array<std::uint8_t, kPatchCells>;  // [kPatchGrid, kPatchGrid] 0 or 1

/// What a comparison of one camera's picture with the anchor's, made elsewhere (on a GPU), tells of it.
struct PictureSignals {
  double raw_drift = Scores::kNone;  // NaN where nothing of this camera is held
  double weighted_drift = Scores::kNone;
  double local_outlier = Scores::kNone;
  bool has_patches = false;
  PatchColours patches{};  // of the picture itself
};

/// What the gate sees at the current step. Age is the number of steps since the anchor (>= 1). A signal whose input is
/// absent (empty) is not computed and cannot fire.
struct Frame {
  std::span<const ImageView> cameras;
  std::span<const float> state;
  std::span<const float> joints;
  int age = 0;
  std::span<const RobotMask> robot_masks{};  // one per camera
  std::span<const float> executed{};         // [age, action_dim] actions since the anchor, oldest first
  std::span<const float> planned{};          // [left, action_dim] rest of the held chunk; row 0 is due at this step
  int action_dim = 0;
  bool event = false;  // evaluation only: the simulator has changed something just before this step
  /// One per camera, or empty: taken instead of reading the pictures, which only the signals dissimilarity and
  /// patch_change then look at. An anchor and all frames compared with it have them, or none has.
  std::span<const PictureSignals> signals{};
};

/// What is held from the last full query; filled by set_anchor(), read by decide(). Buffers are kept between anchors.
/// Each member is filled only for the gates that read it, and with explain.
struct Anchor {
  bool valid = false;
  bool has_signals = false;  // its frame had Frame::signals: pooled and weight are held elsewhere
  int n_cameras = 0;
  struct Camera {
    bool present = false;
    int height = 0, width = 0;          // of the picture
    std::vector<float> pooled;          // [3, height/pool, width/pool] window means, 0..255
    std::vector<float> weight;          // [height/pool, width/pool] dilated importance
    std::vector<std::uint8_t> picture;  // [height, width, 3]
    bool has_patches = false;
    PatchColours patches{};
    std::array<float, kPatchCells> attended{};  // importance over the largest importance, 3 x 3 dilated
    PatchFlags robot{};                         // cells that show the robot, with margin
    bool robot_known = false;
  };
  std::array<Camera, kMaxCameras> cameras;
  std::vector<float> state;   // [state_dim]
  std::vector<float> joints;  // [n_joints]
};

/// A cell's noise is the third largest change near it: what happens once or twice is news, what goes on is noise.
inline constexpr int kNoiseRank = 3;

/// What a gate remembers from one step to the next; one per session.
struct GateState {
  std::uint64_t seed = 0;
  std::int64_t steps = 0;  // observed since reset_gate()

  /// What one camera shows and, for a fixed one, how much that changes by itself outside the robot.
  struct Camera {
    PatchColours now{};                                                // the present picture
    PatchColours last{};                                               // the one before
    int steps = 0;                                                     // pictures in memory
    std::array<std::array<float, kPatchCells>, kNoiseRank> changes{};  // largest step changes near a cell, grey levels
    std::array<float, kPatchCells> change{};  // |now - last|, exposure taken out; 0 where the robot is or was in it
    std::array<float, kPatchCells> noise{};   // the kNoiseRank-th largest, as of the step before
    PatchFlags robot{};                       // cells that show the robot now, with margin
    PatchFlags last_robot{};                  // .. one step before
    PatchFlags swept{};                       // .. at any step since the anchor
    std::array<float, kPatchCells> moved{};   // steps since the anchor at which `change` exceeded noise_floor
    bool robot_known = false;
  };
  std::array<Camera, kMaxCameras> cameras{};

  /// The fingers since the last change of the gripper command.
  struct Grip {
    int command = 0;     // -1 open, +1 close, 0: none seen yet
    int steps = 0;       // since it changed
    double opening = 0;  // m, mean of both fingers at the step at which they counted as settled
  };
  Grip grip{};

  /// One signal's own past, newest last.
  struct History {
    int count = 0;  // scores in `scores`
    int next = 0;   // where the next one goes
    std::array<float, kMaxRuleWindow> scores{};
    double smoothed = 0;
    std::uint32_t votes = 0;  // bit k: above the limit k computed steps ago
    int age = 0;              // of the newest score
  };
  std::array<History, kGateSignalCount> history{};
};

/// Starts an episode: forgets everything; `seed` decides the draws of gate `random`.
void reset_gate(GateState& state, std::uint64_t seed);

/// Holds `frame` and the importance of the query just made as the new anchor (only what this gate reads).
/// Throws awd::Error on a picture that check_gate_options() refuses or that is wider than kMaxPictureWidth, on a camera
/// without an importance map, on no camera or more than kMaxCameras. The anchor is not valid after a throw.
void set_anchor(const Frame& frame, const ImportanceMaps& importance, const GateOptions& options, Anchor& anchor);

/// Decides for one step; `options` are those of set_anchor(). Signals are computed cheapest first; evaluation stops at
/// the first that fires unless `options.explain`. Thread-safe for distinct states. Throws awd::Error when the frame
/// does not fit the anchor (number, set or size of cameras, state length, NaN).
Decision decide(const Frame& frame, const Anchor& anchor, const GateOptions& options, GateState& state);

/// Takes note of a step that a rule of the caller decides: call it in place of decide(), so that the gate's memory has
/// every step. Does nothing for gates without memory. Throws awd::Error on pictures that check_gate_options() refuses.
void observe(const Frame& frame, const GateOptions& options, GateState& state);

}  // namespace awd
