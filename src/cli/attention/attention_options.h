// Options of `awd attention`.
#pragma once

#include <cstdint>
#include <string>

#include "awd/options.h"
#include "cli/shared_options.h"

namespace awd::cli {

struct AttentionOptions {
  std::string policy;
  std::string layers;
  std::string steps = "last";
  std::string heads = "all";
  int stride = 5;
  int dilation = 5;
  std::uint64_t seed = 0;
  int figures = 2;
  bool video = false;
  int grid = -1;
  WalkOptions walk{};
  OutputOptions output{};

  template <class V>
  void visit(V&& v) {
    v(Field{"policy", "DIR", "policy that looks; absent: models/tiny here, else that of the source tree"}, policy);
    v(Field{"layers", "all|K|A-B",
            "expert layers whose attention counts; absent: those that gates use (the last 4/18 of the depth, at least "
            "2). This and the next two only with --importance attention"},
      layers);
    v(Field{"steps", "all|first|last|K|A-B", "flow steps whose attention counts"}, steps);
    v(Field{"heads", "all|K|A-B", "heads whose attention counts"}, heads);
    v(Field{"stride", "frames", "distance of the frames that are looked at, each with a full query", 1, 1e6}, stride);
    v(Field{"dilation", "cells", "side of the maximum window over the resized map, odd; 1 is no dilation", 1, 27},
      dilation);
    v(Field{"seed", "", "of the noise that each flow starts from", 0}, seed);
    v(Field{"figures", "episodes", "first episodes that get a figure of chosen frames; 0 is none", 0, 1e6}, figures);
    v(Field{"video", "", "also a video of every frame of these episodes; needs ffmpeg"}, video);
    v(Field{"grid", "step",
            "also a figure of this frame of these episodes with a tile per layer, flow step and head; -1 is none. Only "
            "with --importance attention",
            -1, 1e9},
      grid);
    walk.visit(v);
    output.visit(v);
  }
};

}  // namespace awd::cli
