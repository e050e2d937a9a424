// Options of `awd eval`.
#pragma once

#include <cstdint>
#include <string>

#include "awd/options.h"
#include "cli/shared_options.h"

namespace awd::cli {

struct EvalOptions {
  std::string arms = "none,cosine,awd-restart,awd-aligned";
  int trials = 5;
  std::string scenario = "clean";
  std::uint64_t seed = 1000;
  std::string remote{};
  EpisodeOptions run{};
  OutputOptions output{};
  bool video = true;
  bool steps_log = true;

  template <class V>
  void visit(V&& v) {
    v(Field{"arms", "A,B,...",
            "configurations to compare: none, fixed:H, period:K:MODE, cosine, awd-restart, awd-aligned, or "
            "NAME{gate=...,mode=...,option=value}"},
      arms);
    v(Field{"trials", "episodes", "episodes per arm and task", 1, 1e6}, trials);
    v(Field{"scenario", "all|S,...",
            "perturbations: each runs with every arm; NAME, NAME{option=value,...} or A+B; tasks that one does not "
            "support are left out of --tasks all"},
      scenario);
    v(Field{"seed", "", "seed of trial 0; trial i has seed + i, the same for every arm", 0}, seed);
    v(Field{"remote", "URL",
            "ws://HOST:PORT of any openpi policy server, in place of --policy; --arms is then fixed:5 if not given, "
            "and "
            "arms that reuse have mode aligned and uniform importance; the variable AWD_API_KEY is sent as its key"},
      remote);
    run.visit(v);
    output.visit(v);
    v(Field{"video", "", "write one MP4 per arm and scenario, of its first episode (needs ffmpeg)"}, video);
    v(Field{"steps_log", "",
            "write steps.jsonl; without it the run directory is a hundredth of the size and latencies "
            "are not summed up"},
      steps_log);
  }
};

}  // namespace awd::cli
