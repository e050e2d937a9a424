// Options that several sub-commands have, each with one name, default and help. A command's own struct holds those it
// needs and calls their visit() from its own.
#pragma once

#include <string>

#include "awd/options.h"

namespace awd::cli {

/// Where a command leaves what it made.
struct OutputOptions {
  std::string out{};
  std::string json{};

  template <class V>
  void visit(V&& v) {
    v(Field{"out", "DIR", "folder to write, new or empty; absent: runs/COMMAND-TIME"}, out);
    v(Field{"json", "FILE|-",
            "also write the folder's JSON of results there; - is standard output and moves the tables to stderr"},
      json);
  }
};

/// How episodes are run in simulation.
struct EpisodeOptions {
  std::string tasks = "all";
  std::string policy{};
  int max_steps = 130;
  int processes = 0;
  bool resume = false;

  template <class V>
  void visit(V&& v) {
    v(Field{"tasks", "all|T,...", "tasks to run, separated by commas"}, tasks);
    v(Field{"policy", "DIR", "policy folder; absent: models/tiny here, else that of the source tree"}, policy);
    v(Field{"max_steps", "steps", "length of an episode without success, at 20 steps a second", 1, 100000}, max_steps);
    v(Field{"processes", "", "episodes run at once, each in a process of its own; 0 is all cores", 0, 4096}, processes);
    v(Field{"resume", "", "go on with the unfinished run in --out, if there is one, with the same options"}, resume);
  }
};

/// How recorded episodes are walked and summed up.
struct WalkOptions {
  int resamples = 1000;
  int threads = 0;

  template <class V>
  void visit(V&& v) {
    v(Field{"resamples", "", "of the bootstrap behind every interval", 1, 1e6}, resamples);
    v(Field{"threads", "", "episodes walked at once; 0 is all cores", 0, 4096}, threads);
  }
};

}  // namespace awd::cli
