// Options of `awd drift`.
#pragma once

#include <cstdint>
#include <string>

#include "awd/gate.h"
#include "awd/options.h"
#include "cli/shared_options.h"

namespace awd::cli {

struct DriftOptions {
  std::string policy;
  int anchor_every = 10;
  int query_every = 10;
  int horizon = 0;
  double state_percentile = 90;
  double drift_percentile = 75;
  int key_window = 5;
  int pool = 8;
  int dilation = 5;
  StateSource state_source = StateSource::kState;
  PixelRange pixel_range = PixelRange::kUnit;
  CameraReduce camera_reduce = CameraReduce::kMean;
  int closed_loop = 0;
  std::string closed_loop_scenario = "clean";
  std::uint64_t seed = 1000;
  WalkOptions walk{};
  int figures = 3;
  OutputOptions output{};

  template <class V>
  void visit(V&& v) {
    v(Field{"policy", "DIR",
            "policy whose full queries give the importance; absent: models/tiny if it fits the recording, else every "
            "patch counts the same. Ignored with --importance uniform"},
      policy);
    v(Field{"anchor_every", "frames", "distance of the anchors that frames are compared with", 1, 1e6}, anchor_every);
    v(Field{"query_every", "frames",
            "least distance of two queries for importance, which are made at anchors; between them the last one's "
            "importance is held, as on a robot",
            1, 1e6},
      query_every);
    v(Field{"horizon", "frames",
            "open-loop reuse rates: age at which an anchor is due whatever the gate says; 0 is the policy's horizon, "
            "or 20 without a policy",
            0, 1e6},
      horizon);
    v(Field{"state_percentile", "%", "recommended state_threshold: this percentile of state drift", 0, 100},
      state_percentile);
    v(Field{"drift_percentile", "%", "recommended drift_threshold: this percentile of weighted drift", 0, 100},
      drift_percentile);
    v(Field{"key_window", "frames", "a frame is a key action up to that far from a switch of the gripper", 0, 1e6},
      key_window);
    v(Field{"pool", "pixels", "side of the averaging window, of pictures of the policy's size", 1, 16}, pool);
    v(Field{"dilation", "cells", "side of the maximum window over the importance, odd", 1, 27}, dilation);
    v(Field{"state_source", "", "what state drift compares: joints or state"}, state_source);
    v(Field{"pixel_range", "", "model = pixels in [-1, 1], unit = [0, 1]"}, pixel_range);
    v(Field{"camera_reduce", "", "how per-camera drifts become one: mean or max"}, camera_reduce);
    v(Field{"closed_loop", "episodes",
            "per task, also measure the recommended thresholds in closed loop, with modes restart and aligned: needs "
            "recordings of our tasks and a policy that fits; 0 measures nothing",
            0, 1e6},
      closed_loop);
    v(Field{"closed_loop_scenario", "S", "perturbation of those episodes"}, closed_loop_scenario);
    v(Field{"seed", "", "first seed of those episodes", 0}, seed);
    walk.visit(v);
    v(Field{"figures", "episodes", "first episodes that get a figure of their curves; 0 is none", 0, 1e6}, figures);
    output.visit(v);
  }

  /// The formulas' options; limits and kind are the caller's.
  GateOptions gate() const {
    GateOptions gate;
    gate.pool = pool;
    gate.dilation = dilation;
    gate.state_source = state_source;
    gate.pixel_range = pixel_range;
    gate.camera_reduce = camera_reduce;
    return gate;
  }
};

}  // namespace awd::cli
