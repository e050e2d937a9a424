// One frame of a drift analysis: the study's three drifts in both conventions, and what the frame is about.
#pragma once

#include <array>
#include <cmath>
#include <limits>
#include <string>

#include "awd/gate_scores.h"
#include "awd/options.h"
#include "awd/types.h"

namespace awd {

/// What a frame is compared with.
enum class DriftConvention {
  kFrameToFrame,  // the frame before: the study's offline analysis
  kAnchor,        // the frame of the last anchor: what a gate compares with
};
template <>
inline constexpr std::string_view kEnumWords<DriftConvention>[] = {"frame_to_frame", "anchor"};
inline constexpr int kDriftConventionCount = 2;

inline constexpr float kNoDrift = std::numeric_limits<float>::quiet_NaN();
using CameraDrifts = std::array<float, kMaxCameras>;
inline constexpr CameraDrifts kNoCameraDrifts{kNoDrift, kNoDrift, kNoDrift, kNoDrift};

/// NaN where there is nothing to compare with (first frame of an episode) or no such camera. Formulas: docs/gate.md.
struct FrameDrift {
  float state = kNoDrift;
  float raw = kNoDrift;
  float weighted = kNoDrift;
  CameraDrifts raw_per_camera = kNoCameraDrifts;
  CameraDrifts weighted_per_camera = kNoCameraDrifts;
  CameraDrifts mean_weight = kNoCameraDrifts;  // of the dilated importance over the pooled grid
};

struct DriftRow {
  int episode = 0;
  int step = 0;
  int age = 0;                                            // steps since the anchor that the frame was compared with
  std::array<FrameDrift, kDriftConventionCount> drift{};  // by DriftConvention
  std::string phase;                                      // "" where not known
  bool is_key = false;                                    // near a switch of the gripper
  bool is_anchor = false;                                 // frames behind it are compared with it
  bool is_queried = false;                                // its importance maps are its own
  float commanded_motion = kNoDrift;  // norm of the action that led to this frame, without its last number (gripper)
  float joint_speed = kNoDrift;       // fastest joint since the frame before, rad/s

  const FrameDrift& in(DriftConvention convention) const { return drift[std::size_t(convention)]; }
};

}  // namespace awd
