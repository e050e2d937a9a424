// One video frame: the camera pictures of a step with the importance over them, and the gate's decision in a strip
// below.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "io/episode_log.h"
#include "io/image.h"

namespace awd {

inline constexpr int kFrameWidth = 896;   // pixels: two pictures of 448
inline constexpr int kFrameHeight = 592;  // pixels: the pictures and a strip of 144

/// What to draw; all views are non-owning.
struct DecisionFrame {
  struct Camera {
    std::string name;
    ImageView picture;            // empty: drawn as a grey square
    std::span<const float> heat;  // [heat_side, heat_side] importance of the anchor, any scale; empty: none
    int heat_side = 0;
  };
  /// One signal of the gate over its threshold: the gate fires above 1.
  struct Curve {
    std::string label;           // with the present value and the threshold
    std::vector<double> ratios;  // at steps 0, 1, ..., present; NaN where not computed
  };
  std::vector<Camera> cameras;  // the first two are drawn
  std::string arm;
  std::string task;
  std::string outcome;             // "" while the episode runs
  int max_steps = 1;               // right end of the time axis
  std::span<const StepLog> steps;  // 0, 1, ..., present; not empty
  std::vector<Curve> curves;
};

/// Draws one frame of kFrameWidth x kFrameHeight. Thread-safe.
Image draw_decision_frame(const DecisionFrame& frame);

}  // namespace awd
