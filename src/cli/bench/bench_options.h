// Options of `awd bench`.
#pragma once

#include <cstdint>
#include <string>

#include "awd/options.h"

namespace awd::cli {

struct BenchOptions {
  std::string policy;
  std::string random;
  std::string keep;
  int horizon = 0;
  int cameras = 0;
  int text_tokens = 0;
  int iterations = 0;
  double seconds = 10;
  std::uint64_t seed = 1;
  std::string calibrate;
  bool action_error = false;
  std::string json;
  std::string compare;

  template <class V>
  void visit(V&& v) {
    v(Field{"policy", "DIR", "policy to time; absent: the embedded models/tiny"}, policy);
    v(Field{"random", "NAME",
            "instead of a policy, random weights (bf16) of a known geometry: tiny, pi0 or pi05, the last two with "
            ":libero (the default), :droid, :aloha or :generic behind"},
      random);
    v(Field{"keep", "DIR",
            "with --random: folder of the weights, made once and used again; absent: runs/random/NAME. pi0 and pi05 "
            "take 7 GB"},
      keep);
    v(Field{"horizon", "actions", "with --random: actions of a chunk; 0: as the geometry has it", 0, 1000}, horizon);
    v(Field{"cameras", "", "pictures per query, the policy's first ones; 0 is all", 0, 4}, cameras);
    v(Field{"text_tokens", "", "length of the prompt in tokens; 0: a short instruction as it comes", 0, 4096},
      text_tokens);
    v(Field{"iterations", "", "full queries to time; 0: as many as take --seconds, at least 10", 0, 1e6}, iterations);
    v(Field{"seconds", "s", "with --iterations 0: how long to time", 0, 86400}, seconds);
    v(Field{"seed", "", "of random weights, pictures, state and noise", 0}, seed);
    v(Field{"calibrate", "PATH",
            "with --dtype fp8, first measures in bf16 how large activations get in the MLPs of prefix and action "
            "expert, on 64 frames of recorded input (as awd attention reads it; scene: on this bench's own pictures), "
            "and writes it to --fp8-scales or the policy's fp8_scales.json"},
      calibrate);
    v(Field{"action_error", "",
            "also loads the policy in f32 and says how far this dtype's actions are from it, same pictures and noise, "
            "in the model's units (1: the spread of a normalised action)"},
      action_error);
    v(Field{"json", "FILE|-", "also write the results there; - is standard output and moves the table to stderr"},
      json);
    v(Field{"compare", "FILE", "results of an earlier call to compare with; must be of the same geometry and type"},
      compare);
  }
};

}  // namespace awd::cli
