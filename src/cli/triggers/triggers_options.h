// Options of `awd triggers`.
#pragma once

#include <cstdint>
#include <string>

#include "awd/options.h"
#include "cli/shared_options.h"

namespace awd::cli {

struct TriggersOptions {
  std::string gate;
  std::string policy;
  int key_window = 5;
  double target_rate = 0.1;
  int query_every = 10;
  int horizon = 0;
  WalkOptions walk{};
  std::uint64_t seed = 1;
  OutputOptions output{};

  template <class V>
  void visit(V&& v) {
    v(Field{"gate", "ARM",
            "arm whose gate decides, open loop, on the recorded frames; absent: what a run directory has logged, and "
            "awd-restart (the study's thresholds) for every other input"},
      gate);
    v(Field{"policy", "DIR",
            "with a gate: policy whose full queries give the importance; absent: models/tiny if it fits the recording, "
            "else every patch counts the same. Ignored with --importance uniform"},
      policy);
    v(Field{"key_window", "steps", "a step is in a key phase up to that far from a switch of the gripper", 0, 1e6},
      key_window);
    v(Field{"target_rate", "1/step", "triggers per step above which the vision guard is called too frequent", 0, 1},
      target_rate);
    v(Field{"query_every", "steps", "with a gate: least distance of two queries for importance", 1, 1e6}, query_every);
    v(Field{"horizon", "steps",
            "with a gate: age at which a recompute is due whatever it says; 0: as the arm would have it", 0, 1e6},
      horizon);
    walk.visit(v);
    v(Field{"seed", "", "of the bootstrap", 0}, seed);
    output.visit(v);
  }
};

}  // namespace awd::cli
