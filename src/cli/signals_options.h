// Options of `awd signals`.
#pragma once

#include <cstdint>
#include <string>

#include "awd/options.h"

namespace awd::cli {

struct SignalsOptions {
  std::string scenario = "nudge";
  std::string tasks = "all";
  int episodes = 20;
  std::uint64_t seed = 5000;
  std::string k = "5,10";
  int samples = 6;
  int execute = 0;
  std::string driver = "driver{gate=never,mode=aligned}";
  std::string policy;
  int max_steps = 130;
  int resamples = 1000;
  std::string out;
  std::string json;
  int processes = 0;
  bool resume = false;

  template <class V>
  void visit(V&& v) {
    v(Field{"scenario", "all|S,...", "perturbations, as in awd eval"}, scenario);
    v(Field{"tasks", "all|T,...", "tasks to run, separated by commas"}, tasks);
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
    v(Field{"policy", "DIR", "policy folder; absent: models/tiny here, else that of the source tree"}, policy);
    v(Field{"max_steps", "steps", "length of an episode without success, at 20 steps a second", 1, 100000}, max_steps);
    v(Field{"resamples", "", "bootstrap resamples behind every interval", 1, 1e6}, resamples);
    v(Field{"out", "DIR", "run directory to write, new or empty; absent: runs/signals-TIME"}, out);
    v(Field{"json", "FILE|-", "also write signals.json there; - is standard output and moves the table to stderr"},
      json);
    v(Field{"processes", "", "episodes run at once, each in a process of its own; 0 is all cores", 0, 4096}, processes);
    v(Field{"resume", "", "go on with the unfinished run in --out, if there is one, with the same options"}, resume);
  }
};

}  // namespace awd::cli
