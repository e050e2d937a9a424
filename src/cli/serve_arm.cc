// A client asks every replan_steps steps and executes that many rows of what it gets.
#include "cli/serve_arm.h"

#include <fmt/format.h>

#include <algorithm>

#include "awd/error.h"

namespace awd::cli {

Arm served_arm(const std::string& text, int replan_steps, int horizon) {
  Arm arm = parse_arm(text);
  const std::string where = fmt::format("option gate {}", text);
  if (arm.matched_to || arm.gate.kind == GateKind::kOracle) {
    throw Error(where, "expected an arm that needs nothing but requests, got one of simulated runs");
  }
  if (replan_steps > horizon) {
    throw Error("option replan_steps",
                fmt::format("expected at most {} steps (the policy's horizon), got {}", horizon, replan_steps));
  }
  if (arm.gate.kind == GateKind::kAlways) return arm;
  if (replan_steps == 0) {
    throw Error("option replan_steps",
                fmt::format("expected the steps between two requests, which gate {} needs, got 0", arm.name));
  }
  const bool chunk_runs_out = arm.reuse.mode == ReuseMode::kAligned || arm.reuse.mode == ReuseMode::kRedenoise;
  const int last_age = horizon - replan_steps;  // at which replan_steps rows are left
  if (chunk_runs_out && (arm.reuse.execute == 0 || arm.reuse.execute > last_age + 1)) arm.reuse.execute = last_age + 1;
  return arm;
}

std::vector<server::ScoreLimit> gate_limits(const GateOptions& gate) {
  if (gate.kind == GateKind::kAwd) {
    return {{.score = "state_drift", .limit = gate.state_threshold},
            {.score = "weighted_drift", .limit = gate.drift_threshold}};
  }
  if (gate.kind == GateKind::kCosine) return {{.score = "cosine", .limit = gate.cosine_threshold, .is_floor = true}};
  std::vector<server::ScoreLimit> limits;
  if (gate.kind != GateKind::kSignals) return limits;
  SignalLimits values = gate.limit;  // visit() is written once, for mutable structs
  values.visit([&](const Field& field, const double& limit) {
    if (limit <= 0) return;
    const std::string signal(field.name.substr(std::string_view("max_").size()));
    if (signal == "dissimilarity") {
      limits.push_back({.score = "cosine", .limit = 1 - limit, .is_floor = true});
    } else {
      limits.push_back({.score = signal, .limit = limit});
    }
  });
  return limits;
}

}  // namespace awd::cli
