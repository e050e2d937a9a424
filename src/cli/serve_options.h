// Options of `awd serve`.
#pragma once

#include <cstdint>
#include <string>

#include "awd/options.h"
#include "server/transport/options.h"

namespace awd::cli {

struct ServeOptions {
  std::string policy{};
  std::string gate = "none";
  int replan_steps = 0;
  double reset_jump = 0.5;
  std::string keys{};
  std::string prompt{};
  std::uint64_t seed = 0;
  std::string record{};
  int record_limit = 4096;
  bool log = true;
  server::ServerOptions server{};

  template <class V>
  void visit(V&& v) {
    v(Field{"policy", "DIR", "policy folder; absent: models/tiny here, else that of the source tree"}, policy);
    v(Field{"gate", "ARM", "arm as in awd eval: none queries at every request; others want --replan-steps"}, gate);
    v(Field{"replan_steps", "steps",
            "actions that clients execute between two requests (openpi's replan_steps, the action_horizon of an "
            "ActionChunkBroker); requests with awd/step say it themselves; 0 is not known",
            0, 10000},
      replan_steps);
    v(Field{"reset_jump", "state unit",
            "a change of a state value between two requests that means a new episode; ignored for requests with "
            "awd/step; 0: only awd/reset and new connections do",
            0},
      reset_jump);
    v(Field{"keys", "WORD=NAME,...",
            "other names in requests than the robot's: a camera of the policy, state (a+b joins), joints, prompt; "
            "NAME? is an optional camera"},
      keys);
    v(Field{"prompt", "TEXT", "instruction of requests without one; empty: they are refused"}, prompt);
    v(Field{"seed", "", "of the first episode's noise in every session; later ones count up", 0}, seed);
    v(Field{"record", "DIR",
            "write a run directory for awd report; what an earlier server left there is finished and moved to DIR.1, "
            "DIR.2, ..."},
      record);
    v(Field{"record_limit", "MB", "disk that --record may take; then only counts go on", 1, 1e9}, record_limit);
    v(Field{"log", "", "one JSON object a line on stderr: connections, errors, start and stop"}, log);
    server.visit(v);
  }
};

}  // namespace awd::cli
