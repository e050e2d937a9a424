// Options of `awd eval`.
#pragma once

#include <cstdint>
#include <string>

#include "awd/options.h"

namespace awd::cli {

struct EvalOptions {
  std::string arms = "none,cosine,awd-restart,awd-aligned";
  std::string tasks = "all";
  int trials = 5;
  std::string scenario = "clean";
  std::uint64_t seed = 1000;
  std::string out;
  std::string json;
  std::string policy;
  int threads = 0;
  int max_steps = 130;
  bool video = true;

  template <class V>
  void visit(V&& v) {
    v(Field{"arms", "A,B,...",
            "configurations to compare: none, fixed:H, period:K:MODE, cosine, awd-restart, awd-aligned, or "
            "NAME{gate=...,mode=...,option=value}"},
      arms);
    v(Field{"tasks", "all|T,...", "tasks to run, separated by commas"}, tasks);
    v(Field{"trials", "episodes", "episodes per arm and task", 1, 1e6}, trials);
    v(Field{"scenario", "S", "perturbation of every episode"}, scenario);
    v(Field{"seed", "", "seed of trial 0; trial i has seed + i, the same for every arm", 0}, seed);
    v(Field{"out", "DIR", "run directory to write, new or empty; absent: runs/eval-TIME"}, out);
    v(Field{"json", "FILE|-", "also write results.json there; - is standard output and moves the table to stderr"},
      json);
    v(Field{"policy", "DIR", "policy folder; absent: models/tiny here, else that of the source tree"}, policy);
    v(Field{"threads", "", "episodes run at once, each with one compute thread; 0 is all cores", 0, 4096}, threads);
    v(Field{"max_steps", "steps", "length of an episode without success, at 20 steps a second", 1, 100000}, max_steps);
    v(Field{"video", "", "write one MP4 per arm, of its first episode (needs ffmpeg)"}, video);
  }
};

}  // namespace awd::cli
