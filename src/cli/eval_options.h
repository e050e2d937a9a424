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
  int processes = 0;
  int max_steps = 130;
  bool video = true;
  bool steps_log = true;
  bool resume = false;

  template <class V>
  void visit(V&& v) {
    v(Field{"arms", "A,B,...",
            "configurations to compare: none, fixed:H, period:K:MODE, cosine, awd-restart, awd-aligned, or "
            "NAME{gate=...,mode=...,option=value}"},
      arms);
    v(Field{"tasks", "all|T,...", "tasks to run, separated by commas"}, tasks);
    v(Field{"trials", "episodes", "episodes per arm and task", 1, 1e6}, trials);
    v(Field{"scenario", "all|S,...",
            "perturbations: each runs with every arm; NAME, NAME{option=value,...} or A+B; tasks that one does not "
            "support are left out of --tasks all"},
      scenario);
    v(Field{"seed", "", "seed of trial 0; trial i has seed + i, the same for every arm", 0}, seed);
    v(Field{"out", "DIR", "run directory to write, new or empty; absent: runs/eval-TIME"}, out);
    v(Field{"json", "FILE|-", "also write results.json there; - is standard output and moves the table to stderr"},
      json);
    v(Field{"policy", "DIR", "policy folder; absent: models/tiny here, else that of the source tree"}, policy);
    v(Field{"processes", "", "episodes run at once, each in a process of its own; 0 is all cores", 0, 4096}, processes);
    v(Field{"max_steps", "steps", "length of an episode without success, at 20 steps a second", 1, 100000}, max_steps);
    v(Field{"video", "", "write one MP4 per arm and scenario, of its first episode (needs ffmpeg)"}, video);
    v(Field{"steps_log", "",
            "write steps.jsonl; without it the run directory is a hundredth of the size and latencies "
            "are not summed up"},
      steps_log);
    v(Field{"resume", "", "go on with the unfinished run in --out, if there is one, with the same options"}, resume);
  }
};

}  // namespace awd::cli
