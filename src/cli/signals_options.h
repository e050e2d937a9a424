// Options of `awd signals`.
#pragma once

#include <cstdint>
#include <string>

#include "awd/options.h"
#include "cli/shared_options.h"

namespace awd::cli {

struct SignalsOptions {
  std::string scenario = "nudge";
  int episodes = 20;
  std::uint64_t seed = 5000;
  std::string k = "5,10";
  int samples = 6;
  int execute = 0;
  std::string driver = "driver{gate=never,mode=aligned}";
  int resamples = 1000;
  EpisodeOptions run{};
  OutputOptions output{};

  template <class V>
  void visit(V&& v) {
    v(Field{"scenario", "all|S,...", "perturbations, as in awd eval"}, scenario);
    v(Field{"episodes", "", "episodes per scenario and task", 1, 1e6}, episodes);
    v(Field{"seed", "", "seed of the first episode; the next have seed + 1, ...", 0}, seed);
    v(Field{"k", "steps,...", "how many more steps of the held chunk the continued branches execute"}, k);
    v(Field{"samples", "",
            "steps of each episode at which branches start, spread over the age of the held chunk and "
            "around what the scenario changes",
            1, 1000},
      samples);
    v(Field{"execute", "steps", "steps that the branches execute of every later chunk; 0 is the whole chunk", 0, 1e6},
      execute);
    v(Field{"driver", "ARM", "policy of the episodes that branches start from: an arm of mode aligned"}, driver);
    v(Field{"resamples", "", "bootstrap resamples behind every interval", 1, 1e6}, resamples);
    run.visit(v);
    output.visit(v);
  }
};

}  // namespace awd::cli
